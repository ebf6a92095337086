{#- What an experiment that was locked by an earlier version calls; `pieces` and `moments` have taken its place. -#}
{% macro summaries(bins, metrics) %}
    {%- if execute -%}
        {%- do exceptions.raise_compiler_error(
            'an earlier version locked this experiment: run `jetstream sync --experiment '
            ~ dbt_jetstream.definition().experiment.slug ~ '`, which keeps what is built'
        ) -%}
    {%- endif -%}
{% endmacro %}
