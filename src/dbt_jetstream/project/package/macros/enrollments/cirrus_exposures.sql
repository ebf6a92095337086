{#- Exposure events of server-side experiments, from Cirrus; one row per event.

    Args: experiment (dict), enrollment (dict), telemetry (dict of relations)
-#}
{% macro cirrus_exposures(experiment, enrollment, telemetry) %}
select
    {{ dbt_jetstream.map_value('e.extra', 'nimbus_user_id') }} as analysis_id,
    {{ dbt_jetstream.map_value('e.extra', 'branch') }} as branch,
    date(pings.submission_timestamp) as submission_date
from {{ telemetry[enrollment.tables.events] }} as pings
cross join {{ dbt_jetstream.unnested('pings.events', 'e') }}
where
    date(pings.submission_timestamp) between {{ dbt_jetstream.enrollment_dates(experiment) }}
    and e.category = 'cirrus_events'
    and {{ dbt_jetstream.map_value('e.extra', 'experiment') }} = '{{ experiment.slug }}'
    and e.name in ('exposure', 'expose')
{%- endmacro %}
