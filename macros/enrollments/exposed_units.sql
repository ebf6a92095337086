{#- Each enrolled unit's first exposure to its branch, on or after enrollment and before it closed.

    Args: lock (dict), telemetry (dict of relations)
-#}
{% macro exposed_units(lock, telemetry) %}
    {%- set events = telemetry[lock.enrollment.events] %}
select
    enrolled_units.analysis_id,
    enrolled_units.branch,
    min(exposure_events.submission_date) as exposure_date,
    count(exposure_events.submission_date) as num_exposure_events
from enrolled_units
inner join (
    {%- if lock.enrollment.query_type == 'normandy' %}
    {{- normandy_exposures(lock.experiment, events) | indent(4) }}
    {%- else %}
    {{- glean_event_exposures(lock.experiment, events) | indent(4) }}
    {%- endif %}
) as exposure_events
    on exposure_events.analysis_id = enrolled_units.analysis_id
    and exposure_events.branch = enrolled_units.branch
    and exposure_events.submission_date >= enrolled_units.enrollment_date
group by enrolled_units.analysis_id, enrolled_units.branch
{%- endmacro %}
