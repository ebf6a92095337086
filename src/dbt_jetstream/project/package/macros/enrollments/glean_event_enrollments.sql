{#- Enrollments of experiments in Glean applications, from Nimbus' enrollment events.

    Args: experiment (dict), enrollment (dict), telemetry (dict of relations)
-#}
{% macro glean_event_enrollments(experiment, enrollment, telemetry) %}
select
    {{ experiment.analysis_unit }} as analysis_id,
    {{ dbt_jetstream.json_text('event_extra', 'branch') }} as branch,
    date(min(submission_timestamp)) as enrollment_date,
    count(submission_timestamp) as num_enrollment_events
from {{ telemetry[enrollment.tables.events] }}
where
    {{ experiment.analysis_unit }} is not null
    and event_category = 'nimbus_events'
    and event_name = 'enrollment'
    and {{ dbt_jetstream.json_text('event_extra', 'experiment') }} = '{{ experiment.slug }}'
    and date(submission_timestamp) between {{ dbt_jetstream.enrollment_dates(experiment) }}
    and sample_id < {{ enrollment.sample_size }}
group by 1, 2
{%- endmacro %}
