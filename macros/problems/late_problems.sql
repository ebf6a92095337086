{#- A query for the windows that wait for telemetry, except where a node that failed explains them.

    Args: grid (dict of dbt's graph: the completeness node), tables (dict, see `completeness_query`),
        failed (list of names of nodes)
-#}
{% macro late_problems(grid, tables, failed) -%}
{%- set lock = grid.config.meta -%}
{%- set explained = ["''"] -%}
{%- for period, described in lock.periods.items() if described.upstream | select('in', failed) | list -%}
    {%- do explained.append(text_literal(period)) -%}
{%- endfor -%}
{%- set rows -%}
select late_windows.analysis_period, late_windows.window_index, late_windows.reason as message
from late_windows
where late_windows.analysis_period not in ({{ explained | join(', ') }})
    {%- if tables.bins %}
    and not exists (
        select 1
        from {{ tables.bins }} as bins
        where
            bins.analysis_period = late_windows.analysis_period
            and bins.window_index = late_windows.window_index
    )
    {%- endif %}
{%- endset -%}
select
    {%- for column in ['metric', 'statistic', 'analysis_basis', 'segment'] %}
    {{ text_literal(none) }} as {{ column }},
    {%- endfor %}
    analysis_period,
    message,
    'WARNING' as log_level,
    'windows_to_compute.sql' as filename,
    'windows_to_compute' as func_name,
    {{ text_literal(none) }} as exception_type
from (
    with

    {{ grid_windows_cte(lock) | indent(4) }},

    {{ late_windows(lock, tables.client_days) | indent(4) }}

    {{ window_ranges(rows, ['analysis_period']) | indent(4) }}
) as problems
{%- endmacro %}
