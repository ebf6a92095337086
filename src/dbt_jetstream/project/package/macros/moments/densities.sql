{#- CTEs with the kernel density of each branch at each point of its grid, as `densities`.

    Only for branches with pieces: of values that are all known, Python computes it as well. Values are counted in
    cells that are a part of the bandwidth wide, as far as a point of the grid is near, and a cell counts with its
    mean and variance: the first term left out is of the third order in the cell's width.

    Reads: new_pieces; the metrics tables, once. Makes: density_branches, unit_values, density_units, counted_cells,
    measured_cells, density_cells, near_cells, kernels, summed_kernels, grid_points, densities (series_cell, branch,
    point, value).
    Args: dense (list of series, see `numbered_series`), lock (dict), metrics (dict of relations by period), missing (dict of windows by period)
-#}
{% macro densities(dense, lock, metrics, missing) -%}
{%- set cell = dbt_jetstream.series_cell() -%}
{%- set numbers = dbt_jetstream.density_numbers() -%}
{%- set width = 'bandwidth / ' ~ numbers.cells -%}
{%- set reach = numbers.reach ~ ' * bandwidth' -%}
density_branches as {{ dbt_jetstream.stored() }} (
    select
        *,
        -- Scott's rule, not scaled by the spread
        pow(branch_units, -0.2) as bandwidth,
        (branch_highest - branch_lowest) / nullif(density_size - 1, 0) as point_step,
        case
            when is_log_density and branch_lowest >= 0 and branch_lowest_positive < branch_highest
                then
                    {{ dbt_jetstream.log_of_ratio('branch_highest', 'branch_lowest_positive') | indent(20) }}
                    / nullif(density_size - 1, 0)
        end as log_point_step,
        row_number() over (order by {{ cell }}, branch) as branch_id
    from (
        select
            {{ cell }},
            branch,
            series_id,
            density_size,
            is_log_density,
            sum(units) as branch_units,
            min(lowest) as branch_lowest,
            max(highest) as branch_highest,
            min(case when lowest > 0 then lowest end) as branch_lowest_positive
        from new_pieces
        where density_size is not null
        group by {{ cell }}, branch, series_id, density_size, is_log_density
        having max(case when lowest < highest then 1 else 0 end) = 1 and max(abs(highest)) < {{ dbt_jetstream.float_literal('inf') }}
    ) as branches
),

{{ dbt_jetstream.unit_values(dense, lock, metrics, missing) }},

density_values as (
    select *
    from unit_values
    where value is not null
),

density_units as (
    select
        branch_id,
        floor((value - branch_lowest) / ({{ width }})) as number,
        (value - branch_lowest) / ({{ width }}) - floor((value - branch_lowest) / ({{ width }})) as position
    from {{ dbt_jetstream.with_rows_about_groups('density_values', 'density_branches', ['series_id'], lock) | indent(4) }}
    where
        log_point_step is not null
        or abs(value - branch_lowest - round((value - branch_lowest) / point_step) * point_step) < {{ reach }}
),

counted_cells as (
    select
        branch_id,
        number,
        count(*) as units,
        {{ dbt_jetstream.position_sums() | indent(8) }}
    from density_units
    group by branch_id, number
),

measured_cells as (
    select
        branch_id,
        number,
        units,
        positions / units / {{ dbt_jetstream.position_units() }} as mean_position,
        squares / units / {{ dbt_jetstream.position_units() }} as mean_square
    from counted_cells
),

density_cells as (
    select
        b.*,
        c.units,
        b.branch_lowest + (c.number + c.mean_position) * ({{ width }}) as cell_value,
        greatest(c.mean_square - c.mean_position * c.mean_position, 0)
        / {{ numbers.cells * numbers.cells }} as variance
    from measured_cells as c
    inner join density_branches as b
        using (branch_id)
),

-- the points of the grid that are near a cell: from one to another
near_cells as (
    select
        *,
        cast(
            case
                when log_point_step is null
                    then greatest(ceil((cell_value - {{ reach }} - branch_lowest) / point_step), 0)
                when cell_value - {{ reach }} <= branch_lowest_positive
                    then case when branch_lowest = 0 then -1 else 0 end
                else
                    ceil(
                        {{ dbt_jetstream.log_of_ratio('(cell_value - ' ~ reach ~ ')', 'branch_lowest_positive') | indent(24) }}
                        / log_point_step
                    )
            end as {{ dbt_jetstream.integer_type() }}
        ) as first_point,
        cast(
            least(
                case
                    when log_point_step is null
                        then floor((cell_value + {{ reach }} - branch_lowest) / point_step)
                    else
                        floor(
                            {{ dbt_jetstream.log_of_ratio('greatest(cell_value + ' ~ reach ~ ', branch_lowest_positive)', 'branch_lowest_positive') | indent(28) }}
                            / log_point_step
                        )
                end,
                density_size - 1
            ) as {{ dbt_jetstream.integer_type() }}
        ) as last_point
    from density_cells
),

kernels as (
    select
        branch_id,
        point,
        units,
        variance,
        (
            cell_value
            - case
                when log_point_step is null then branch_lowest + point * point_step
                when point < 0 then 0
                else branch_lowest_positive * exp(point * log_point_step)
            end
        ) / bandwidth as distance
    from {{ dbt_jetstream.each_number('near_cells', 'first_point', 'last_point', 'point') | indent(4) }}
),

summed_kernels as (
    select
        branch_id,
        point,
        sum(
            cast(
                round(
                    units
                    * exp(-pow(distance, 2) / 2)
                    * (1 + variance * (pow(distance, 2) - 1) / 2)
                    * {{ numbers.unit }}
                ) as {{ dbt_jetstream.integer_type() }}
            )
        ) / {{ numbers.unit }} as value
    from kernels
    where abs(distance) < {{ numbers.reach }}
    group by branch_id, point
),

grids as (
    select
        *,
        case when log_point_step is not null and branch_lowest = 0 then -1 else 0 end as first_point,
        density_size - 1 as last_point
    from density_branches
),

grid_points as (
    select *
    from {{ dbt_jetstream.each_number('grids', 'first_point', 'last_point', 'point') | indent(4) }}
),

densities as (
    select
        {{ cell }},
        branch,
        g.point,
        coalesce(k.value, 0) as value
    from grid_points as g
    left join summed_kernels as k
        on k.branch_id = g.branch_id and k.point = g.point
)
{%- endmacro %}
