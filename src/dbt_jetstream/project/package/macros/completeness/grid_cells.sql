{#- CTEs that end in `cells`: everything that an experiment's definition declares, by branch.

    Args: lock (dict, of the completeness node)
-#}
{% macro grid_cells(lock) -%}
{%- set bases, of_periods, of_bases = [], [], [] -%}
{%- for period, described in lock.periods.items() -%}
    {%- for basis in described.bases -%}
        {%- do bases.append([period, basis]) -%}
    {%- endfor -%}
{%- endfor -%}
{%- for statistic in lock.statistics -%}
    {%- for period in statistic.periods -%}
        {%- do of_periods.append([statistic.metric, statistic.statistic, period, statistic.only_compares]) -%}
    {%- endfor -%}
    {%- for basis in statistic.bases -%}
        {%- do of_bases.append([statistic.metric, statistic.statistic, basis]) -%}
    {%- endfor -%}
{%- endfor -%}
{%- set text = dbt.type_string() -%}
{%- set branches, segments = [], [['all']] -%}
{%- for branch in lock.experiment.branches -%}
    {%- do branches.append([branch]) -%}
{%- endfor -%}
{%- for segment in lock.segments -%}
    {%- do segments.append([segment]) -%}
{%- endfor -%}
{%- set period_columns = dict.fromkeys(['metric', 'statistic', 'analysis_period'], text) -%}
{%- do period_columns.update(only_compares='boolean') -%}
{{ dbt_jetstream.grid_windows_cte(lock) }},

cells as (
    select
        analysis_windows.analysis_period,
        analysis_windows.window_index,
        bases.analysis_basis,
        segments.segment,
        of_periods.metric,
        of_periods.statistic,
        branches.branch,
        of_periods.only_compares,
        analysis_windows.undue_state,
        analysis_windows.undue_reason
    from analysis_windows
    inner join {{ dbt_jetstream.typed_rows('bases', dict.fromkeys(['analysis_period', 'analysis_basis'], text), bases) | indent(4) }}
        on bases.analysis_period = analysis_windows.analysis_period
    inner join {{ dbt_jetstream.typed_rows('of_periods', period_columns, of_periods) | indent(4) }}
        on of_periods.analysis_period = analysis_windows.analysis_period
    inner join {{ dbt_jetstream.typed_rows('of_bases', dict.fromkeys(['metric', 'statistic', 'analysis_basis'], text), of_bases) | indent(4) }}
        on of_bases.metric = of_periods.metric
        and of_bases.statistic = of_periods.statistic
        and of_bases.analysis_basis = bases.analysis_basis
    cross join {{ dbt_jetstream.literal_rows('segments', ['segment'], segments) | indent(4) }}
    cross join {{ dbt_jetstream.literal_rows('branches', ['branch'], branches) | indent(4) }}
)
{%- endmacro %}
