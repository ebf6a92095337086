{#- What to say of a window and a data source that is late.

    Args: late (dict, see `late_telemetry`), lock (dict, of the completeness node)
    Returns: str
-#}
{% macro late_notice(late, lock) %}
    {%- if not late.is_waiting -%}
        {{- return(short_words(late)) -}}
    {%- endif -%}
    {%- set windows = lock.periods[late.period].windows -%}
    {%- set end = windows.first_day + late.window * windows.length - 1 -%}
    {{- return(waiting_words(late, last_day_of(end, lock.experiment), due_dates(windows)[late.window - 1])) -}}
{% endmacro %}
