{#- The window in which the sanity of each period is looked at: the newest that its metrics hold.

    Args: checks (dict, see `sanity_columns`), lock (dict), metrics (dict of relations by period)
    Returns: dict by period of {index, start, end}; days relative to enrollment, inclusive. None of a period whose
        metrics hold no window
-#}
{% macro sanity_windows(checks, lock, metrics) %}
    {%- set found = {} -%}
    {%- for period in checks -%}
        {%- set newest = dbt_jetstream.newest_window(metrics[period]) -%}
        {%- if newest is not none -%}
            {%- set windows = lock.periods[period].windows -%}
            {%- set start = windows.first_day + (newest | int - 1) * windows.length -%}
            {%- do found.update({period: {'index': newest | int, 'start': start, 'end': start + windows.length - 1}}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}
