{#- The day on which the intermediate tables of an experiment expire; none where they never do.

    Args: experiment (dict, from the lock)
    Returns: date or none
-#}
{% macro expiration_date(experiment) %}
    {%- set days = var('jetstream_days_kept', none) -%}
    {%- if days is not none and (days is not number or days < 1) -%}
        {%- do exceptions.raise_compiler_error(
            'dbt_project.yml: vars.jetstream_days_kept must be a number of days from 1, or null, found ' ~ days
        ) -%}
    {%- endif -%}
    {%- set end = dbt_jetstream.parse_date(experiment.end_date) -%}
    {%- if days is none or end is none -%}
        {{- return(none) -}}
    {%- endif -%}
    {{- return([end, run_started_at.date()] | max + dbt_jetstream.days(days)) -}}
{% endmacro %}
