{#- The last day with complete telemetry: JETSTREAM_AS_OF, by default yesterday in UTC.

    dbt Cloud takes only variables that start with DBT_: there it is DBT_JETSTREAM_AS_OF.
    Read while models run, never while dbt parses: a new date must not re-parse the project.

    Returns: date
-#}
{% macro as_of() %}
    {%- set variable = 'JETSTREAM_AS_OF' if env_var('JETSTREAM_AS_OF', '') else 'DBT_JETSTREAM_AS_OF' -%}
    {%- set given = env_var(variable, '') -%}
    {%- if not given -%}
        {{- return((run_started_at + dbt_jetstream.days(-1)).date()) -}}
    {%- endif -%}
    {%- set parts = modules.re.match('(\\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$', given) -%}
    {%- set day = none -%}
    {%- if parts and parts.group(1) | int > 0 -%}
        {%- set year, month, number = parts.groups() | map('int') -%}
        {%- set day = modules.datetime.date(year, month, 1) + dbt_jetstream.days(number - 1) -%}
    {%- endif -%}
    {#- of a month without such a day, the one that is counted lies in the next -#}
    {%- if day is none or day.isoformat() != given -%}
        {%- do exceptions.raise_compiler_error(
            variable ~ " must be a date as YYYY-MM-DD, found '" ~ given ~ "'"
        ) -%}
    {%- endif -%}
    {{- return(day) -}}
{% endmacro %}
