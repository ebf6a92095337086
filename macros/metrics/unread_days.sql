{#- The telemetry days that the client days being built do not hold yet.

    Args: source (dict, from the lock), experiment (dict)
    Returns: {first, last}, dates, inclusive; `first` after `last` where there is nothing to read
-#}
{% macro unread_days(source, experiment) %}
    {%- set day = modules.datetime.timedelta(days=1) -%}
    {%- set first = parse_date(experiment.start_date) + source.first_day * day -%}
    {%- set last = last_telemetry_day(experiment) -%}
    {%- if is_incremental() -%}
        {%- set newest = run_query('select max(submission_date) from ' ~ this).rows[0][0] -%}
        {%- set first = [first, newest + day] | max if newest is not none else first -%}
    {%- endif -%}
    {%- if not enrollment_is_complete(experiment) -%}
        {%- set last = first - day -%}
    {%- endif -%}
    {{- return({'first': first, 'last': last}) -}}
{% endmacro %}
