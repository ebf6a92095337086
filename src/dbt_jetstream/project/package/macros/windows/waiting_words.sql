{#- What waits for which telemetry, and how long.

    Args: late ({tables, until, since}, see `late_sources`), needed (date: the last day that is needed),
        due (date, on which it was due)
    Returns: str
-#}
{% macro waiting_words(late, needed, due) %}
    {%- set end = '; as of ' ~ dbt_jetstream.wait_ends(due) ~ ' it is computed from what there is' -%}
    {{- return('waiting for telemetry until ' ~ needed ~ ': ' ~ dbt_jetstream.late_words(late) ~ end) -}}
{% endmacro %}
