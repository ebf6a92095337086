{#- The analysis windows that are complete for every enrolled unit, oldest first.

    A window is due once its last day has passed for the units that enrolled last.

    Args: windows (dict, from the lock: first_day, length, repeats, not_before), experiment (dict)
    Returns: list of {index, start, end}; days relative to enrollment, inclusive
-#}
{% macro windows_due(windows, experiment) %}
    {%- set due = [] -%}
    {%- set not_before = parse_date(windows.not_before) -%}
    {%- set is_early = not_before is not none and as_of() < not_before -%}
    {%- if windows.length is none or is_early or not enrollment_is_complete(experiment) -%}
        {{- return(due) -}}
    {%- endif -%}
    {%- set last_enrollment_date = parse_date(experiment.last_enrollment_date) -%}
    {%- set observed_days = (last_telemetry_day(experiment) - last_enrollment_date).days + 1 -%}
    {%- set count = observed_days // windows.length if windows.repeats else 1 -%}
    {%- for index in range(1, count + 1) -%}
        {%- set start = windows.first_day + (index - 1) * windows.length -%}
        {%- do due.append({'index': index, 'start': start, 'end': start + windows.length - 1}) -%}
    {%- endfor -%}
    {{- return(due) -}}
{% endmacro %}
