{#- CTEs with the kernel density of each branch at each point of its grid, as `densities`.

    Only for branches with pieces: of values that are all known, Python computes it as well. Values
    are counted in cells an eighth of the bandwidth wide, as far as a point of the grid is near, and
    a cell counts with its mean and variance: the first term left out is of the third order in the
    cell's width.

    Args: metrics (dict of relations by period), missing (dict of windows by period), lock (dict)
-#}
{% macro densities(metrics, missing, lock) -%}
{%- set cell = series_cell() -%}
{%- set keys = 'window_index, analysis_basis, segment, branch' -%}
{%- set ends = 'branch_lowest, branch_highest, branch_lowest_positive' -%}
{%- set described = cell ~ ', branch, ' ~ ends ~ ', density_size, is_log_density' -%}
density_branches as {{ stored() }} (
    select
        *,
        (branch_highest - branch_lowest) / (density_size - 1) as point_step,
        case
            when is_log_density and branch_lowest >= 0 and branch_lowest_positive < branch_highest
                then ln(branch_highest / branch_lowest_positive) / (density_size - 1)
        end as log_point_step,
        row_number() over (order by {{ cell }}, branch) as branch_id
    from (
        select
            {{ described }},
            -- Scott's rule, not scaled by the spread
            pow(branch_units, -0.2) as bandwidth
        from placed_bins
        where density_size is not null
        group by {{ described }}, branch_units
        having max(case when lowest < highest then 1 else 0 end) = 1 and max(abs(highest)) < {{ float_literal('inf') }}
    ) as branches
),

density_units as (
    select
        0 as branch_id,
        0.0 as value,
        0.0 as cell_width,
        0.0 as branch_lowest
    where false
    {%- for period in missing or metrics %}
        {%- set columns = columns_by_name(metrics[period]) -%}
        {%- set length = lock.periods[period].windows.length -%}
        {%- for series in lock.series if period in series.periods and series.density_size %}
    union all
    select
        branch_id,
        value,
        bandwidth / 8 as cell_width,
        branch_lowest
    from {{ series_values(period, series, columns, metrics, length) | indent(4) }}
    inner join (
        select *
        from density_branches
        where analysis_period = '{{ period }}' and metric = '{{ series.metric }}' and series = '{{ series.series }}'
    ) as density_branches
        using ({{ keys }})
    where
        log_point_step is not null
        or abs(value - branch_lowest - round((value - branch_lowest) / point_step) * point_step) < 6.5 * bandwidth
        {%- endfor %}
    {%- endfor %}
),

density_cells as (
    select
        branch_id,
        units,
        branch_lowest + (number + mean_position) * cell_width as value,
        greatest(mean_square - mean_position * mean_position, 0) / 64 as variance
    from (
        select
            branch_id,
            branch_lowest,
            cell_width,
            number,
            units,
            positions / units / {{ position_units() }} as mean_position,
            squares / units / {{ position_units() }} as mean_square
        from (
            select
                branch_id,
                branch_lowest,
                cell_width,
                number,
                count(*) as units,
                {{ position_sums() | indent(16) }}
            from (
                select
                    *,
                    floor((value - branch_lowest) / cell_width) as number,
                    (value - branch_lowest) / cell_width - floor((value - branch_lowest) / cell_width) as position
                from density_units
            ) as numbered
            group by branch_id, branch_lowest, cell_width, number
        ) as counted
    ) as measured
),

density_points as (
    select
        *,
        case
            when log_point_step is null then branch_lowest + point * point_step
            when point < 0 then 0
            else branch_lowest_positive * exp(point * log_point_step)
        end as centre
    from density_branches
    inner join (
        {%- set sizes = lock.series | selectattr('density_size') | map(attribute='density_size') | list %}
        select -1 as point
        {%- for point in range((sizes | max) if sizes else 0) %}
        union all
        select {{ point }} as point
        {%- endfor %}
    ) as points
        on points.point < density_branches.density_size
    where point >= 0 or (log_point_step is not null and branch_lowest = 0)
),

densities as (
    select
        {{ cell }},
        branch,
        p.point,
        sum(
            cast(
                round(
                    c.units
                    * exp(-pow((c.value - p.centre) / p.bandwidth, 2) / 2)
                    * (1 + c.variance * (pow((c.value - p.centre) / p.bandwidth, 2) - 1) / 2)
                    * 1073741824
                ) as {{ integer_type() }}
            )
        ) / 1073741824 as value
    from density_points as p
    left join density_cells as c
        on c.branch_id = p.branch_id and abs(c.value - p.centre) < 6.5 * p.bandwidth
    group by {{ cell }}, branch, p.point
)
{%- endmacro %}
