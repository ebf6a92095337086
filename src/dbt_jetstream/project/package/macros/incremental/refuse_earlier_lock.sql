{#- Stop where an earlier version has locked the experiment: dbt would merge what other definitions made.

    Locks named dbt's own materialization, of which this package once changed what it does.
-#}
{% macro refuse_earlier_lock() %}
    {%- if model.config.materialized == 'incremental' -%}
        {%- do exceptions.raise_compiler_error(
            'an earlier version locked this experiment: run `jetstream sync --experiment '
            ~ dbt_jetstream.definition().experiment.slug ~ '`, which keeps what is built'
        ) -%}
    {%- endif -%}
{% endmacro %}
