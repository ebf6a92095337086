{#- Each enrolled unit's first exposure, on or after enrollment and before it closed.

    What exposure is: the experiment's own signal, or else Nimbus' event for the unit's branch. A
    unit that did not meet the signal was exposed no time; one without an event has no row.

    Args: lock (dict), telemetry (dict of relations)
-#}
{% macro exposed_units(lock, telemetry) %}
    {%- set type = lock.enrollment.query_type %}
select
    enrolled_units.analysis_id,
    enrolled_units.branch,
    min(exposure_events.submission_date) as exposure_date,
    count(exposure_events.submission_date) as num_exposure_events
from enrolled_units
{{ 'left' if lock.exposure_signal else 'inner' }} join (
    {%- if lock.exposure_signal %}
    {%- set window = {'start': 0, 'end': 0} %}
    {%- set dates = dbt_jetstream.exposure_dates(lock.exposure_signal, lock.experiment, window) %}
    {{- dbt_jetstream.signalled_exposures(lock.exposure_signal, dates, telemetry) | indent(4) }}
    {%- elif type in ('normandy', 'background-update') %}
    {{- dbt_jetstream.normandy_exposures(lock.experiment, lock.enrollment, telemetry) | indent(4) }}
    {%- elif type == 'cirrus' %}
    {{- dbt_jetstream.cirrus_exposures(lock.experiment, lock.enrollment, telemetry) | indent(4) }}
    {%- else %}
    {{- dbt_jetstream.glean_event_exposures(lock.experiment, lock.enrollment, telemetry) | indent(4) }}
    {%- endif %}
) as exposure_events
    on exposure_events.analysis_id = enrolled_units.analysis_id
    {%- if not lock.exposure_signal %}
    and exposure_events.branch = enrolled_units.branch
    {%- endif %}
    and exposure_events.submission_date >= enrolled_units.enrollment_date
group by enrolled_units.analysis_id, enrolled_units.branch
{%- endmacro %}
