{#- The analysis windows of a completeness grid: all that are due, the next of a period that repeats, and
    a period's only window, due or not. A period without any possible window has its first.

    Args: lock (dict, of the completeness node)
    Returns: list of [period, window, state where it is not due, reason of it, last telemetry day that it needs]
-#}
{% macro grid_windows(lock) %}
    {%- set rows = [] -%}
    {%- for period, described in lock.periods.items() -%}
        {%- set windows, experiment = described.windows, lock.experiment -%}
        {%- set due = dbt_jetstream.windows_due(windows) -%}
        {%- for window in due -%}
            {%- do rows.append([period, window.index, none, none, dbt_jetstream.last_day_of(window.end, experiment) | string]) -%}
        {%- endfor -%}
        {%- set next = (due | length) + 1 -%}
        {%- if not due or windows.repeats -%}
            {%- set undue = dbt_jetstream.undue_window(windows, experiment, next) -%}
            {%- if undue.state == 'not due' or not due -%}
                {%- do rows.append([period, next, undue.state, undue.reason, none]) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(rows) -}}
{% endmacro %}
