{#- Each unit's first enrollment in each branch, within the enrollment dates.

    Args: lock (dict), telemetry (dict of relations)
-#}
{% macro enrolled_units(lock, telemetry) %}
    {%- set enrollment = lock.enrollment -%}
    {%- set type = enrollment.query_type -%}
    {%- if enrollment.custom_query -%}
        {{- dbt_jetstream.custom_enrollments(enrollment, telemetry) -}}
    {%- elif type == 'normandy' -%}
        {{- dbt_jetstream.normandy_enrollments(lock.experiment, enrollment, telemetry) -}}
    {%- elif type == 'glean-event' -%}
        {{- dbt_jetstream.glean_event_enrollments(lock.experiment, enrollment, telemetry) -}}
    {%- elif type == 'fenix-fallback' -%}
        {{- dbt_jetstream.fenix_fallback_enrollments(lock.experiment, enrollment, telemetry) -}}
    {%- elif type == 'cirrus' -%}
        {{- dbt_jetstream.cirrus_enrollments(lock.experiment, enrollment, telemetry) -}}
    {%- else -%}
        {{- dbt_jetstream.background_update_enrollments(lock.experiment, enrollment, telemetry) -}}
    {%- endif -%}
{% endmacro %}
