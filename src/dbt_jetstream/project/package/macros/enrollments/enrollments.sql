{#- The enrollments of an experiment: who enrolled when, in which branch and segments, and who was
    exposed. Written once, when enrollment is complete, and kept: when its telemetry has arrived, or
    the wait for it has ended. `late_telemetry` says then what had not arrived.

    Args: telemetry (dict of relations by key: the event table and the segments' tables)
-#}
{% macro enrollments(telemetry) %}
{%- if execute -%}
{%- set lock = dbt_jetstream.definition() -%}
{%- if dbt_jetstream.grows() -%}
-- enrollment is complete and written: later runs add nothing
select * from {{ this }}
where false
{%- else -%}
{%- set late = dbt_jetstream.late_enrollment_tables(lock, telemetry) if dbt_jetstream.enrollment_is_complete(lock.experiment) else [] -%}
{%- set notice = dbt_jetstream.enrollment_notice(late, lock.experiment) -%}
with

enrolled_units as (
    {{- dbt_jetstream.enrolled_units(lock, telemetry) | indent(4) }}
),

exposed_units as (
    {{- dbt_jetstream.exposed_units(lock, telemetry) | indent(4) }}
)
{%- for source in lock.segment_sources %},

segments_{{ loop.index }} as (
    {{- dbt_jetstream.segment_columns(source, lock.experiment, telemetry) | indent(4) }}
)
{%- endfor %}

select
    enrolled_units.analysis_id,
    enrolled_units.branch,
    enrolled_units.enrollment_date,
    enrolled_units.num_enrollment_events,
    {%- for source in lock.segment_sources %}
    {%- set table = 'segments_' ~ loop.index %}
    {%- for segment in source.segments %}
    {{ table }}.{{ segment.name }},
    {%- endfor %}
    {%- endfor %}
    exposed_units.exposure_date,
    exposed_units.num_exposure_events,
    {{ dbt_jetstream.text_literal(none if notice.is_waiting else notice.text) }} as late_telemetry,
    '{{ lock.definition_hash }}' as definition_hash
from enrolled_units
{%- for source in lock.segment_sources %}
left join segments_{{ loop.index }}
    on segments_{{ loop.index }}.analysis_id = enrolled_units.analysis_id
    and segments_{{ loop.index }}.branch = enrolled_units.branch
{%- endfor %}
left join exposed_units
    on exposed_units.analysis_id = enrolled_units.analysis_id
    and exposed_units.branch = enrolled_units.branch
{%- if not dbt_jetstream.enrollment_is_complete(lock.experiment) %}
-- enrollment lasts until {{ lock.experiment.last_enrollment_date }}
where false
{%- elif notice.is_waiting %}
-- not all telemetry up to {{ lock.experiment.last_enrollment_date }} has arrived
where false
{%- endif %}
{%- endif %}
{%- endif -%}
{% endmacro %}
