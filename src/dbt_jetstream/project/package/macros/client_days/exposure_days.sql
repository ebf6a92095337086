{#- How often each enrolled unit met the experiment's own exposure signal on each day.

    A run reads the telemetry days that have arrived since the last one it holds, and no day twice.
    Each run that reads adds a marker row without a unit: the last day read, whoever was exposed on it.

    Args: enrollments (relation), telemetry (dict of relations by key)
-#}
{% macro exposure_days(enrollments, telemetry) %}
{%- if execute -%}
{%- set lock = dbt_jetstream.definition() -%}
{%- set days = dbt_jetstream.unread_days(lock.exposure_signal, lock.experiment, enrollments, telemetry) -%}
select
    e.analysis_id,
    e.branch,
    exposure_events.submission_date,
    count(*) as num_exposure_events,
    '{{ lock.definition_hash }}' as definition_hash
from {{ enrollments }} as e
inner join (
    {{- dbt_jetstream.signalled_exposures(lock.exposure_signal, days, telemetry) | indent(4) }}
) as exposure_events
    on exposure_events.analysis_id = e.analysis_id
    and exposure_events.submission_date >= e.enrollment_date
group by 1, 2, 3
{%- if days.first <= days.last %}
union all
-- the marker: until which day the signal has been read
select
    null as analysis_id,
    null as branch,
    date '{{ days.last }}' as submission_date,
    null as num_exposure_events,
    '{{ lock.definition_hash }}' as definition_hash
{%- endif %}
{%- endif -%}
{% endmacro %}
