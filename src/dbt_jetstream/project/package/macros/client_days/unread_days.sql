{#- The telemetry days that have arrived and that the table of days being built does not hold yet.

    None while nobody is enrolled: a day is read once, and later units would miss it. None of what is left out of the
    run either.

    Args: source (dict, from the lock), experiment (dict), enrollments (relation),
        telemetry (dict of relations by key)
    Returns: {first, last}, dates, inclusive; `first` after `last` where there is nothing to read
-#}
{% macro unread_days(source, experiment, enrollments, telemetry) %}
    {%- set first = dbt_jetstream.parse_date(experiment.start_date) + dbt_jetstream.days(source.first_day) -%}
    {%- set newest = dbt_jetstream.read_until(this) if dbt_jetstream.grows() else none -%}
    {%- set first = [first, newest + dbt_jetstream.days(1)] | max if newest is not none else first -%}
    {%- set nothing = {'first': first, 'last': first + dbt_jetstream.days(-1)} -%}
    {%- if source.is_left_out or not dbt_jetstream.enrollment_is_complete(experiment) or not dbt_jetstream.has_rows(enrollments) -%}
        {{- return(nothing) -}}
    {%- endif -%}
    {%- set arrived = dbt_jetstream.arrival(source, first, dbt_jetstream.last_telemetry_day(experiment), telemetry).until -%}
    {{- return({'first': first, 'last': arrived} if arrived is not none else nothing) -}}
{% endmacro %}
