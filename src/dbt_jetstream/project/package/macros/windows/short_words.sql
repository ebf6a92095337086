{#- That something was computed although telemetry was late.

    Args: late ({tables, until, since}, see `late_sources`)
    Returns: str
-#}
{% macro short_words(late) %}
    {{- return('computed from what telemetry there was: ' ~ dbt_jetstream.late_words(late, 'had')) -}}
{% endmacro %}
