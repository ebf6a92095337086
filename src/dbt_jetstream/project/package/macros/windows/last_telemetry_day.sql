{#- The last telemetry day that an experiment may use: as of today, and never past its end.

    Args: experiment (dict, from the lock)
    Returns: date
-#}
{% macro last_telemetry_day(experiment) %}
    {%- set end_date = dbt_jetstream.parse_date(experiment.end_date) -%}
    {%- set today = dbt_jetstream.as_of() -%}
    {{- return([today, end_date] | min if end_date is not none else today) -}}
{% endmacro %}
