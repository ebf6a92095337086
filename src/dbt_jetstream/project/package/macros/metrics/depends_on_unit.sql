{#- Whether a window without telemetry has other metrics for one unit than for another.

    Args: source (dict, from the lock)
    Returns: bool
-#}
{% macro depends_on_unit(source) %}
    {{- return(source.reads_unit or dbt_jetstream.reads_enrollments(source.daily_metrics)) -}}
{% endmacro %}
