{#- Enrollments of experiments without enrollment events, from the branch that baseline pings report.

    A client that already reported the branch in the week before enrollment did not enroll in it.

    Args: experiment (dict), enrollment (dict), telemetry (dict of relations)
-#}
{% macro fenix_fallback_enrollments(experiment, enrollment, telemetry) %}
    {%- set branch = dbt_jetstream.map_value('b.ping_info.experiments', experiment.slug) ~ '.branch' %}
    {%- set week_before = dbt_jetstream.parse_date(experiment.start_date) + dbt_jetstream.days(-7) %}
select
    b.client_info.client_id as analysis_id,
    {{ branch }} as branch,
    date(min(b.submission_timestamp)) as enrollment_date,
    count(b.submission_date) as num_enrollment_events
from {{ telemetry[enrollment.tables.baseline] }} as b
where
    b.client_info.client_id is not null
    and date(b.submission_timestamp) between date '{{ week_before }}' and date '{{ experiment.last_enrollment_date }}'
    and {{ branch }} is not null
    and b.sample_id < {{ enrollment.sample_size }}
group by 1, 2
having date(min(b.submission_timestamp)) >= date '{{ experiment.start_date }}'
{%- endmacro %}
