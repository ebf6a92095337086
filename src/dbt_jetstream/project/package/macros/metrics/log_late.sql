{#- Say in the log which windows wait for a source, and which are computed from what there is.

    Args: late (dict, see `late_sources`), lock (dict, of a period)
-#}
{% macro log_late(late, lock) %}
    {%- set period = lock.experiment.slug ~ ', ' ~ lock.period ~ ': windows ' -%}
    {%- if late.waiting -%}
        {%- do log(period ~ late.waiting | join(', ') ~ ' wait for ' ~ late.name ~ ': ' ~ dbt_jetstream.late_words(late), info=True) -%}
    {%- endif -%}
    {%- if late.short -%}
        {%- do log(period ~ late.short | join(', ') ~ ' are ' ~ dbt_jetstream.short_words(late), info=True) -%}
    {%- endif -%}
{% endmacro %}
