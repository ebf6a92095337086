{#- The last day with complete telemetry: JETSTREAM_AS_OF, by default yesterday in UTC.

    dbt Cloud takes only variables that start with DBT_: there it is DBT_JETSTREAM_AS_OF.
    Read while models run, never while dbt parses: a new date must not re-parse the project.

    Returns: date
-#}
{% macro as_of() %}
    {%- set variable = 'JETSTREAM_AS_OF' if env_var('JETSTREAM_AS_OF', '') else 'DBT_JETSTREAM_AS_OF' -%}
    {%- set given = env_var(variable, '') -%}
    {%- if not given -%}
        {{- return((run_started_at - modules.datetime.timedelta(days=1)).date()) -}}
    {%- endif -%}
    {%- if not modules.re.fullmatch('\\d{4}-\\d{2}-\\d{2}', given) -%}
        {%- do exceptions.raise_compiler_error(
            variable ~ " must be a date as YYYY-MM-DD, found '" ~ given ~ "'"
        ) -%}
    {%- endif -%}
    {{- return(parse_date(given)) -}}
{% endmacro %}
