{#- The days that windows read: constants, so that BigQuery leaves the partitions of all others alone.

    Args: windows (list of {index, start, end}), experiment (dict, from the lock)
    Returns: {first, last}, dates, inclusive; `first` after `last` where there is no window
-#}
{% macro window_days(windows, experiment) %}
    {%- set day = modules.datetime.timedelta(days=1) -%}
    {%- set first = dbt_jetstream.parse_date(experiment.start_date) -%}
    {%- if not windows -%}
        {{- return({'first': first, 'last': first - day}) -}}
    {%- endif -%}
    {{- return({
        'first': first + (windows | map(attribute='start') | min) * day,
        'last': dbt_jetstream.parse_date(experiment.last_enrollment_date) + (windows | map(attribute='end') | max) * day,
    }) -}}
{% endmacro %}
