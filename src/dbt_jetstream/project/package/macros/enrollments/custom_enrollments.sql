{#- Enrollments from an experiment's own enrollment_query.

    Args: enrollment (dict), telemetry (dict of relations)
-#}
{% macro custom_enrollments(enrollment, telemetry) %}
select
    {{ enrollment.unit_column }} as analysis_id,
    branch,
    enrollment_date,
    {{ 'num_enrollment_events' if enrollment.has_event_count else 'cast(null as ' ~ dbt_jetstream.integer_type() ~ ')' }} as num_enrollment_events
from (
    {{ dbt_jetstream.fragment(enrollment.custom_query, telemetry) | indent(4) }}
) as custom_query
{%- endmacro %}
