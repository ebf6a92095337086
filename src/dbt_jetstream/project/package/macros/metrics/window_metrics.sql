{#- The metrics of a period: one row per enrolled unit, analysis basis and window that is due.

    Data sources that failed in this run are left out with their columns, and so is a metric, segment or exposure
    signal that fails alone; metrics of sources whose telemetry a window waits for are null. `absent_sources` names all: such a window
    is incomplete, and the next run computes it again. `late_telemetry` says how far late telemetry had come, also where it was not waited for.

    Args: enrollments (relation), client_days (dict of relations by data source),
        telemetry (dict of relations by key, for metrics that read telemetry directly),
        exposure_days (relation, with an experiment's own exposure signal)
-#}
{% macro window_metrics(enrollments, client_days, telemetry, exposure_days=none) %}
{%- if execute -%}
{%- set failed = dbt_jetstream.absent_sources(dbt_jetstream.definition().experiment) -%}
{%- set present = dbt_jetstream.definition().data_sources | rejectattr('name', 'in', failed) | list -%}
{%- set lock = dict(dbt_jetstream.definition(), data_sources=present) -%}
{%- set exposure_days = none if (lock.exposure_signal or {}).is_left_out else exposure_days -%}
{%- set windows = dbt_jetstream.windows_missing(lock.windows) -%}
{%- set late = dbt_jetstream.late_sources(windows, lock, client_days, telemetry, exposure_days) -%}
{%- set tables = dbt_jetstream.metric_tables(lock.data_sources, late) -%}
with

analysis_windows as (
    {{- dbt_jetstream.analysis_windows(windows, lock) | indent(4) }}
),

anchored_units as (
    {{- dbt_jetstream.anchored_units(lock, enrollments) | indent(4) }}
),

unit_windows as (
    {{- dbt_jetstream.unit_windows(lock, exposure_days, late) | indent(4) }}
)
{%- for source in lock.data_sources %}
{%- set own_windows = dbt_jetstream.windows_with(windows, source.name, late) %}
{%- if source.daily_metrics %},

{{ dbt_jetstream.rolled_up_metrics(source, lock, own_windows, client_days[source.name]) }}
{%- endif %}
{%- if source.direct_metrics %},

{{ dbt_jetstream.direct_metrics(source, lock, own_windows, telemetry) }}
{%- endif %}
{%- endfor %}

select
    e.analysis_id,
    e.branch,
    e.enrollment_date,
    e.num_enrollment_events,
    {%- for segment in lock.segments %}
    e.{{ segment }},
    {%- endfor %}
    e.analysis_basis,
    e.window_index,
    e.analysis_window_start,
    e.analysis_window_end,
    e.exposure_date,
    e.num_exposure_events,
    {%- for table in tables %}
    {%- for metric in table.metrics %}
    {{ dbt_jetstream.metric_column(table, metric, lock.bases) }} as {{ metric.name }},
    {%- endfor %}
    {%- endfor %}
    {{ dbt_jetstream.text_of_window(dbt_jetstream.absent_by_window(windows, failed | list + lock.get('left_out', []), late), '') | indent(4) }} as absent_sources,
    {{ dbt_jetstream.text_of_window(dbt_jetstream.late_by_window(late), none) | indent(4) }} as late_telemetry,
    '{{ lock.definition_hash }}' as definition_hash
from unit_windows as e
{%- for table in tables %}
left join {{ table.name }}
    on {{ table.name }}.analysis_id = e.analysis_id
    and {{ table.name }}.branch = e.branch
    and {{ table.name }}.analysis_basis = e.analysis_basis
    and {{ table.name }}.window_index = e.window_index
{%- if table.empty == 'rows' %}
left join {{ table.name }}_empty
    on {{ table.name }}_empty.analysis_id = e.analysis_id
    and {{ table.name }}_empty.branch = e.branch
    and {{ table.name }}_empty.analysis_basis = e.analysis_basis
    and {{ table.name }}_empty.window_index = e.window_index
{%- elif table.empty %}
-- one row, which there is wherever there are units
cross join {{ table.name }}_empty
{%- endif %}
{%- endfor %}
{%- endif -%}
{% endmacro %}
