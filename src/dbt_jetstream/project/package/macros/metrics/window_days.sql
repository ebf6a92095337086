{#- The days that windows read: constants, so that BigQuery leaves the partitions of all others alone.

    Args: windows (list of {index, start, end}), experiment (dict, from the lock)
    Returns: {first, last}, dates, inclusive; `first` after `last` where there is no window
-#}
{% macro window_days(windows, experiment) %}
    {%- set first = dbt_jetstream.parse_date(experiment.start_date) -%}
    {%- if not windows -%}
        {{- return({'first': first, 'last': first + dbt_jetstream.days(-1)}) -}}
    {%- endif -%}
    {{- return({
        'first': first + dbt_jetstream.days(windows | map(attribute='start') | min),
        'last': dbt_jetstream.parse_date(experiment.last_enrollment_date) + dbt_jetstream.days(windows | map(attribute='end') | max),
    }) -}}
{% endmacro %}
