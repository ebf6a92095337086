{#- Enrollments of desktop experiments, from Normandy's enroll events.

    Args: experiment (dict), enrollment (dict), telemetry (dict of relations)
-#}
{% macro normandy_enrollments(experiment, enrollment, telemetry) %}
select
    {{ experiment.analysis_unit }} as analysis_id,
    {{ dbt_jetstream.map_value('event_map_values', 'branch') }} as branch,
    min(submission_date) as enrollment_date,
    count(submission_date) as num_enrollment_events
from {{ telemetry[enrollment.tables.events] }}
where
    event_category = 'normandy'
    and event_method = 'enroll'
    and event_string_value = '{{ experiment.slug }}'
    and submission_date between {{ dbt_jetstream.enrollment_dates(experiment) }}
    and sample_id < {{ enrollment.sample_size }}
group by 1, 2
{%- endmacro %}
