{#- What to say of a window that is not due by date: when it will be, or that it never will.

    Args: windows (dict, from the lock), experiment (dict), index (int, the window)
    Returns: {state, reason}
-#}
{% macro undue_window(windows, experiment, index) %}
    {%- if windows.length is none and experiment.end_date is none -%}
        {{- return({'state': 'not due', 'reason': 'the experiment has no end date yet'}) -}}
    {%- endif -%}
    {%- set dates = dbt_jetstream.due_dates(windows) -%}
    {%- if index > dates | length -%}
        {%- set reason = 'the experiment ends on ' ~ experiment.end_date ~ ', before the window is complete' -%}
        {{- return({'state': 'no data', 'reason': reason}) -}}
    {%- endif -%}
    {%- set reason = 'due once the telemetry of ' ~ dates[index - 1] ~ ' is complete' -%}
    {{- return({'state': 'not due', 'reason': reason}) -}}
{% endmacro %}
