{#- Each unit's first enrollment in each branch, within the enrollment dates.

    Args: lock (dict), telemetry (dict of relations)
-#}
{% macro enrolled_units(lock, telemetry) %}
    {%- set enrollment = lock.enrollment -%}
    {%- set type = enrollment.query_type -%}
    {%- if enrollment.custom_query -%}
        {{- custom_enrollments(enrollment, telemetry) -}}
    {%- elif type == 'normandy' -%}
        {{- normandy_enrollments(lock.experiment, enrollment, telemetry) -}}
    {%- elif type == 'glean-event' -%}
        {{- glean_event_enrollments(lock.experiment, enrollment, telemetry) -}}
    {%- elif type == 'fenix-fallback' -%}
        {{- fenix_fallback_enrollments(lock.experiment, enrollment, telemetry) -}}
    {%- elif type == 'cirrus' -%}
        {{- cirrus_enrollments(lock.experiment, enrollment, telemetry) -}}
    {%- else -%}
        {{- background_update_enrollments(lock.experiment, enrollment, telemetry) -}}
    {%- endif -%}
{% endmacro %}
