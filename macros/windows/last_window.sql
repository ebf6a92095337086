{#- The last of a period's windows that the experiment's end leaves room for; none where no end is known, or where there
    is but one window, whose length follows from the end.

    Args: windows (dict, from the lock), experiment (dict)
    Returns: int or none
-#}
{% macro last_window(windows, experiment) %}
    {%- set end = parse_date(experiment.end_date) -%}
    {%- if end is none or not windows.repeats or windows.length is none -%}
        {{- return(none) -}}
    {%- endif -%}
    {%- set days = (end - parse_date(experiment.last_enrollment_date)).days + 1 -%}
    {{- return([days // windows.length, 0] | max) -}}
{% endmacro %}
