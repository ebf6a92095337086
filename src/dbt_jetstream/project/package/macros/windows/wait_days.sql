{#- How many days a window waits for telemetry after it was due: the project's variable `jetstream_wait_days`.

    Returns: int
-#}
{% macro wait_days() %}
    {%- set days = var('jetstream_wait_days', none) -%}
    {%- set days = 2 if days is none else days -%}
    {%- if days is not number or days < 0 -%}
        {%- do exceptions.raise_compiler_error(
            'dbt_project.yml: vars.jetstream_wait_days must be a number of days from 0, found ' ~ days
        ) -%}
    {%- endif -%}
    {{- return(days) -}}
{% endmacro %}
