{#- A query for what waits for telemetry, or was computed from what there was, except where a node that failed
    explains it.

    Args: grid (dict of dbt's graph: the completeness node), tables (dict, see `completeness_query`),
        failed (list of names of nodes)
-#}
{% macro late_problems(grid, tables, failed) -%}
{%- set lock = dbt_jetstream.definition_of(grid) -%}
{%- set explained = ["''"] -%}
{%- for period, described in lock.periods.items() if described.upstream | select('in', failed) | list -%}
    {%- do explained.append(dbt_jetstream.text_literal(period)) -%}
{%- endfor -%}
{%- set rows -%}
select analysis_period, window_index, message
from (
    select analysis_period, window_index, coalesce(waiting, shortage) as message
    from late_sources_of_windows
    union distinct
    -- windows that are not computed at all: where nobody has enrolled yet, that is said instead
    select late_windows.analysis_period, late_windows.window_index, late_windows.reason as message
    from late_windows
    where
        {{ 'exists (select 1 from ' ~ tables.enrollments ~ ')' if tables.enrollments else 'false' }}
        {%- for period, relation in tables.metrics.items() if relation %}
        and not exists (
            select 1
            from {{ relation }} as computed
            where
                late_windows.analysis_period = {{ dbt_jetstream.text_literal(period) }}
                and computed.window_index = late_windows.window_index
        )
        {%- endfor %}
) as late
where analysis_period not in ({{ explained | join(', ') }})
{%- endset -%}
select
    {%- for column in ['metric', 'statistic', 'analysis_basis', 'segment'] %}
    {{ dbt_jetstream.text_literal(none) }} as {{ column }},
    {%- endfor %}
    analysis_period,
    message,
    'WARNING' as log_level,
    'late_telemetry.sql' as filename,
    'late_telemetry' as func_name,
    {{ dbt_jetstream.text_literal(none) }} as exception_type
from (
    with

    {{ dbt_jetstream.grid_windows_cte(lock) | indent(4) }},

    {{ dbt_jetstream.late_windows(lock, tables.client_days) | indent(4) }},

    {{ dbt_jetstream.late_sources_of_windows(lock, tables.late.windows) | indent(4) }}

    {{ dbt_jetstream.window_ranges(rows, ['analysis_period']) | indent(4) }}
    {%- if tables.late.enrollments %}
    union all
    select {{ dbt_jetstream.text_literal(none) }} as analysis_period, {{ dbt_jetstream.text_literal(tables.late.enrollments) }} as message
    {%- endif %}
) as problems
{%- endmacro %}
