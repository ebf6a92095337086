{#- What to say of a window and a data source that is late.

    Args: late (dict, see `late_telemetry`), lock (dict, of the completeness node)
    Returns: str
-#}
{% macro late_notice(late, lock) %}
    {%- if not late.is_waiting -%}
        {{- return(short_words(late)) -}}
    {%- endif -%}
    {%- set windows, experiment = lock.periods[late.period].windows, lock.experiment -%}
    {%- set end = windows.first_day + late.window * windows.length - 1 -%}
    {{- return(waiting_words(late, last_day_of(end, experiment), due_day({'end': end}, windows, experiment))) -}}
{% endmacro %}
