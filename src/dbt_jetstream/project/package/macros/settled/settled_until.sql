{#- Until which day nothing can become due for an experiment, as far as dates and arrived telemetry tell.

    While enrollment lasts, nothing is read or computed. After it, what may still arrive is of no use
    once every client day up to the last that counts is read: no day is read twice.

    Args: lock (dict, of the completeness node), client_days (dict of relations by data source; none where
        one is absent)
    Returns: date, or none where something may still arrive
-#}
{% macro settled_until(lock, client_days) %}
    {%- set experiment = lock.experiment -%}
    {%- if not dbt_jetstream.enrollment_is_complete(experiment) -%}
        {{- return(dbt_jetstream.parse_date(experiment.last_enrollment_date) + dbt_jetstream.days(-1)) -}}
    {%- endif -%}
    {#- how far an experiment's own exposure signal has been read is not known here -#}
    {%- if not client_days or dbt_jetstream.normalised(experiment.slug) ~ '_exposure_days' in lock.nodes -%}
        {{- return(none) -}}
    {%- endif -%}
    {%- set arrived = dbt_jetstream.arrivals(client_days) -%}
    {%- set late = arrived | rejectattr(1, 'equalto', dbt_jetstream.last_telemetry_day(experiment) | string) | list -%}
    {{- return(none if late or arrived | length < client_days | length else dbt_jetstream.as_of()) -}}
{% endmacro %}
