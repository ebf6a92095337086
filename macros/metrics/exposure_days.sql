{#- How often each enrolled unit met the experiment's own exposure signal on each day.

    A run reads the telemetry days since the last one it holds, and no day twice.

    Args: enrollments (relation), telemetry (dict of relations by key)
-#}
{% macro exposure_days(enrollments, telemetry) %}
{%- if execute -%}
{%- set lock = definition() -%}
{%- set days = unread_days(lock.exposure_signal, lock.experiment) -%}
select
    e.analysis_id,
    e.branch,
    exposure_events.submission_date,
    count(*) as num_exposure_events,
    '{{ lock.definition_hash }}' as definition_hash
from {{ enrollments }} as e
inner join (
    {{- signalled_exposures(lock.exposure_signal, days, telemetry) | indent(4) }}
) as exposure_events
    on exposure_events.analysis_id = e.analysis_id
    and exposure_events.submission_date >= e.enrollment_date
group by 1, 2, 3
{%- endif -%}
{% endmacro %}
