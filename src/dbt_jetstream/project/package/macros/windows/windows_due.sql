{#- The analysis windows that are complete for every enrolled unit, oldest first.

    Args: windows (dict, from the lock: first_day, length, due)
    Returns: list of {index, start, end, due}; days relative to enrollment, inclusive, and a date
-#}
{% macro windows_due(windows) %}
    {%- set found = [] -%}
    {%- for date in dbt_jetstream.due_dates(windows) if date <= dbt_jetstream.as_of() -%}
        {%- set start = windows.first_day + loop.index0 * windows.length -%}
        {%- do found.append({'index': loop.index, 'start': start, 'end': start + windows.length - 1, 'due': date}) -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}
