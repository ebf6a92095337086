{#- What to say of a window and a data source that is late.

    Args: late (dict, see `late_telemetry`), lock (dict, of the completeness node)
    Returns: str
-#}
{% macro late_notice(late, lock) %}
    {%- if not late.is_waiting -%}
        {{- return(dbt_jetstream.short_words(late)) -}}
    {%- endif -%}
    {%- set windows = lock.periods[late.period].windows -%}
    {%- set end = windows.first_day + late.window * windows.length - 1 -%}
    {{- return(dbt_jetstream.waiting_words(late, dbt_jetstream.last_day_of(end, lock.experiment), dbt_jetstream.due_dates(windows)[late.window - 1])) -}}
{% endmacro %}
