{#- Enrollments of server-side experiments, from the enrollment pings of Cirrus.

    Args: experiment (dict), enrollment (dict), telemetry (dict of relations)
-#}
{% macro cirrus_enrollments(experiment, enrollment, telemetry) %}
select
    {{ dbt_jetstream.map_value('e.extra', 'nimbus_user_id') }} as analysis_id,
    {{ dbt_jetstream.map_value('e.extra', 'branch') }} as branch,
    date(min(pings.submission_timestamp)) as enrollment_date,
    count(pings.submission_timestamp) as num_enrollment_events
from {{ telemetry[enrollment.tables.enrollments] }} as pings
cross join {{ dbt_jetstream.unnested('pings.events', 'e') }}
where
    {{ dbt_jetstream.map_value('e.extra', 'nimbus_user_id') }} is not null
    and date(pings.submission_timestamp) between {{ dbt_jetstream.enrollment_dates(experiment) }}
    and e.category = 'cirrus_events'
    and {{ dbt_jetstream.map_value('e.extra', 'experiment') }} = '{{ experiment.slug }}'
    and e.name = 'enrollment'
    and pings.client_info.app_channel = 'production'
group by 1, 2
{%- endmacro %}
