{#- What to say of a window that is not due by date: when it will be, or that it never will.

    Args: windows (dict, from the lock), experiment (dict), index (int, the window)
    Returns: {state, reason}
-#}
{% macro undue_window(windows, experiment, index) %}
    {%- set end_date = parse_date(experiment.end_date) -%}
    {%- if windows.length is none and end_date is none -%}
        {{- return({'state': 'not due', 'reason': 'the experiment has no end date yet'}) -}}
    {%- endif -%}
    {%- set days = [parse_date(experiment.last_enrollment_date)] -%}
    {%- if windows.length is not none -%}
        {%- do days.append(last_day_of(windows.first_day + index * windows.length - 1, experiment)) -%}
        {%- do days.append(parse_date(windows.not_before) or days[0]) -%}
    {%- endif -%}
    {%- if windows.length is none or (end_date is not none and (days | max) > end_date) -%}
        {%- set reason = 'the experiment ends on ' ~ end_date ~ ', before the window is complete' -%}
        {{- return({'state': 'no data', 'reason': reason}) -}}
    {%- endif -%}
    {%- set reason = 'due once the telemetry of ' ~ (days | max) ~ ' is complete' -%}
    {{- return({'state': 'not due', 'reason': reason}) -}}
{% endmacro %}
