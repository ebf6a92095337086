{#- Exposure events of desktop experiments, from Normandy; one row per event.

    Args: experiment (dict), enrollment (dict), telemetry (dict of relations)
-#}
{% macro normandy_exposures(experiment, enrollment, telemetry) %}
select
    {{ experiment.analysis_unit }} as analysis_id,
    {{ dbt_jetstream.map_value('event_map_values', 'branchSlug') }} as branch,
    submission_date
from {{ telemetry[enrollment.tables.events] }}
where
    event_category = 'normandy'
    and event_method in ('exposure', 'expose')
    and event_string_value = '{{ experiment.slug }}'
    and submission_date between {{ dbt_jetstream.enrollment_dates(experiment) }}
{%- endmacro %}
