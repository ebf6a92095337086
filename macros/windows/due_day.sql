{#- The day as of which a window is due: it is over for the units that enrolled last, and enrollment is complete.

    Args: window ({end}: its last day, relative to enrollment), windows (dict, from the lock), experiment (dict)
    Returns: date
-#}
{% macro due_day(window, windows, experiment) %}
    {%- set enrolled = parse_date(experiment.last_enrollment_date) -%}
    {{- return([enrolled, last_day_of(window.end, experiment), parse_date(windows.not_before) or enrolled] | max) -}}
{% endmacro %}
