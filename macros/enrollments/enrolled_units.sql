{#- Each unit's first enrollment in each branch, within the enrollment dates.

    Args: lock (dict), telemetry (dict of relations)
-#}
{% macro enrolled_units(lock, telemetry) %}
    {%- set enrollment = lock.enrollment -%}
    {%- if enrollment.custom_query -%}
        {{- custom_enrollments(enrollment, telemetry) -}}
    {%- elif enrollment.query_type == 'normandy' -%}
        {{- normandy_enrollments(lock.experiment, enrollment, telemetry[enrollment.events]) -}}
    {%- else -%}
        {{- glean_event_enrollments(lock.experiment, enrollment, telemetry[enrollment.events]) -}}
    {%- endif -%}
{% endmacro %}
