{#- Enrollments of experiments in Firefox's background update task.

    Three records of it exist, by the version of Firefox; a client counts once, with the earliest.

    Args: experiment (dict), enrollment (dict), telemetry (dict of relations)
-#}
{% macro background_update_enrollments(experiment, enrollment, telemetry) %}
    {%- set tables = enrollment.tables %}
    {%- set sampled = 'sample_id < ' ~ enrollment.sample_size %}
    {%- set notification = dbt_jetstream.map_value('event_map_values', 'name') %}
select
    analysis_id,
    branch,
    enrollment_date,
    num_enrollment_events
from (
    select
        {{ dbt_jetstream.json_text('metrics', 'uuid.background_update_client_id') }} as analysis_id,
        {{ dbt_jetstream.json_text('event_extra', 'branch') }} as branch,
        min(date(submission_timestamp)) as enrollment_date,
        count(submission_timestamp) as num_enrollment_events
    from {{ telemetry[tables.background_events] }}
    where
        date(submission_timestamp) between {{ dbt_jetstream.enrollment_dates(experiment) }}
        and event_category = 'nimbus_events'
        and event_name = 'enrollment'
        and {{ dbt_jetstream.json_text('event_extra', 'experiment') }} = '{{ experiment.slug }}'
        and {{ dbt_jetstream.json_text('metrics', 'uuid.background_update_client_id') }} is not null
        and {{ sampled }}
    group by 1, 2
    union all
    -- before Firefox 109: pings that report the branch, which are no events to count
    select
        pings.metrics.uuid.background_update_client_id as analysis_id,
        e.value.branch as branch,
        min(date(pings.submission_timestamp)) as enrollment_date,
        1 as num_enrollment_events
    from {{ telemetry[tables.background_pings] }} as pings
    cross join {{ dbt_jetstream.unnested('pings.ping_info.experiments', 'e') }}
    where
        date(pings.submission_timestamp) between {{ dbt_jetstream.enrollment_dates(experiment) }}
        and e.key = '{{ experiment.slug }}'
        and pings.{{ sampled }}
    group by 1, 2
    union all
    -- launches from a notification named after the experiment and branch
    select
        client_id as analysis_id,
        {{ dbt_jetstream.text_part(notification, ':', 2) }} as branch,
        min(submission_date) as enrollment_date,
        count(submission_date) as num_enrollment_events
    from {{ telemetry[tables.events] }}
    where
        submission_date between {{ dbt_jetstream.enrollment_dates(experiment) }}
        and event_category = 'browser.launched_to_handle'
        and event_method = 'system_notification'
        and event_object = 'toast'
        and starts_with({{ notification }}, '{{ experiment.slug }}:')
        and {{ sampled }}
    group by 1, 2
) as records
-- the branch decides between two records of one day, so that two runs agree
qualify row_number() over (partition by analysis_id order by enrollment_date, branch) = 1
{%- endmacro %}
