{#- Exposure events of experiments in Glean applications, from Nimbus; one row per event.

    Args: experiment (dict), enrollment (dict), telemetry (dict of relations)
-#}
{% macro glean_event_exposures(experiment, enrollment, telemetry) %}
select
    {{ experiment.analysis_unit }} as analysis_id,
    {{ dbt_jetstream.json_text('event_extra', 'branch') }} as branch,
    date(submission_timestamp) as submission_date
from {{ telemetry[enrollment.tables.events] }}
where
    event_category = 'nimbus_events'
    and event_name in ('exposure', 'expose')
    and {{ dbt_jetstream.json_text('event_extra', 'experiment') }} = '{{ experiment.slug }}'
    and date(submission_timestamp) between {{ dbt_jetstream.enrollment_dates(experiment) }}
{%- endmacro %}
