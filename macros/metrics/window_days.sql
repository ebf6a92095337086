{#- The days that windows read: constants, so that BigQuery leaves the partitions of all others alone.

    Args: windows (list of {index, start, end}), experiment (dict, from the lock)
    Returns: {first, last}, dates, inclusive
-#}
{% macro window_days(windows, experiment) %}
    {%- set day = modules.datetime.timedelta(days=1) -%}
    {%- set starts = windows | map(attribute='start') | list or [0] -%}
    {%- set ends = windows | map(attribute='end') | list or [0] -%}
    {{- return({
        'first': parse_date(experiment.start_date) + (starts | min) * day,
        'last': parse_date(experiment.last_enrollment_date) + (ends | max) * day,
    }) -}}
{% endmacro %}
