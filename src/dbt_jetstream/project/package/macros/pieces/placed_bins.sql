{#- CTEs that place each bin among those of its branch, and say why its units must be read once more.

    `placed_bins` has every bin with its first rank (from 0) in its branch and among all branches, and with
    the reasons. Most bins need no more than is known: all but the few that hold a rank, a point of a grid
    or much of the variance.

    Reads: new_bins, with series_settings. Makes: ranked_bins, measured_bins, classed_bins, explained_bins,
    placed_bins.
-#}
{% macro placed_bins() -%}
{%- set cell = dbt_jetstream.series_cell() -%}
{%- set numbers = dbt_jetstream.piece_numbers() -%}
{%- set is_moderate = 'abs(value) < ' ~ numbers.largest -%}
{%- set spread_inside -%}
case
    when lowest < highest and greatest(abs(lowest), abs(highest)) < {{ numbers.largest }}
        then units * (highest - lowest) * (highest - lowest)
    else 0
end
{%- endset -%}
ranked_bins as (
    select
        *,
        sum(units) over (in_branch order by bin) - units as first_rank,
        sum(units) over in_branch as branch_units,
        {{ dbt_jetstream.least_number('lowest', 'in_branch') }} as branch_lowest,
        max(highest) over in_branch as branch_highest,
        min(case when lowest > 0 then lowest end) over in_branch as branch_lowest_positive,
        sum(case when {{ is_moderate }} then units * value else 0 end) over in_branch
        / nullif(sum(case when {{ is_moderate }} then units else 0 end) over in_branch, 0) as branch_mean,
        sum(units) over in_cell as pooled_units,
        -- the default frame holds the same bin of all branches
        sum(units) over (in_cell order by bin) as pooled_up_to,
        sum(units) over in_bin as pooled_bin_units,
        {{ dbt_jetstream.least_number('lowest', 'in_bin') }} < max(highest) over in_bin as has_pooled_width
    from new_bins
    inner join series_settings
        using (metric, series)
    window
        in_cell as (partition by {{ cell }}),
        in_branch as (partition by {{ cell }}, branch),
        in_bin as (partition by {{ cell }}, bin)
),

measured_bins as (
    select
        *,
        branch_units - 1 as last_rank,
        sqrt(branch_units - 1) / {{ numbers.decile_parts }} as rank_step,
        case
            when grid_size is not null
                then nullif((branch_highest - branch_lowest) / nullif(grid_size - 1, 0), 0)
        end as grid_step,
        case
            when is_log_grid and branch_lowest >= 0 and branch_lowest_positive < branch_highest
                then
                    {{ dbt_jetstream.log_of_ratio('branch_highest', 'branch_lowest_positive') | indent(20) }}
                    / nullif(grid_size - 1, 0)
        end as log_grid_step,
        pooled_up_to - pooled_bin_units as pooled_first_rank,
        (branch_units - 1) * (1 - drop_highest) as clipped_rank,
        (pooled_units - 1) * (1 - pooled_drop_highest) as pooled_clipped_rank,
        {{ spread_inside | indent(8) }} as spread_inside,
        sum(
            {{ spread_inside | indent(12) }}
            + case
                when {{ is_moderate }} then units * (value - branch_mean) * (value - branch_mean)
                else 0
            end
        ) over (partition by {{ cell }}, branch) as branch_spread
    from ranked_bins
),

classed_bins as (
    select
        *,
        case
            when lowest < highest and has_deciles
                then
                    {{ dbt_jetstream.decile_class('first_rank') | indent(20) }}
        end as first_decile_class,
        case
            when lowest < highest and has_deciles
                then
                    {{ dbt_jetstream.decile_class('(first_rank + units - 1)') | indent(20) }}
        end as last_decile_class,
        case
            when lowest < highest and grid_size is not null
                then
                    {{ dbt_jetstream.grid_class('lowest') | indent(20) }}
        end as first_grid_class,
        case
            when lowest < highest and grid_size is not null
                then
                    {{ dbt_jetstream.grid_class('highest') | indent(20) }}
        end as last_grid_class
    from measured_bins
),

explained_bins as (
    select
        *,
        lowest < highest and branch_units <= {{ numbers.kept_units }} as keeps_values,
        coalesce(lowest < highest and spread_inside > {{ numbers.heavy_share }} * branch_spread, false) as is_heavy,
        lowest < highest
        and coalesce(first_rank <= ceil(clipped_rank) and first_rank + units > floor(clipped_rank), false)
            as holds_clip,
        -- though one branch may have a single value there: the units of all are ranked together
        has_pooled_width
        and coalesce(
            pooled_first_rank <= ceil(pooled_clipped_rank)
            and pooled_first_rank + pooled_bin_units > floor(pooled_clipped_rank),
            false
        ) as holds_pooled_clip,
        coalesce(first_decile_class < last_decile_class, false) as holds_decile,
        coalesce(first_grid_class < last_grid_class, false) as holds_grid
    from classed_bins
),

placed_bins as {{ dbt_jetstream.stored() }} (
    select
        *,
        keeps_values or is_heavy or holds_clip or holds_pooled_clip or holds_decile or holds_grid as is_reread
    from explained_bins
)
{%- endmacro %}
