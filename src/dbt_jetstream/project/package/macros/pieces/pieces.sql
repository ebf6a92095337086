{#- The values of every window that is new, in some hundred pieces a branch: all that statistics need of them.

    A piece is neighbouring units of a branch, with their number, lowest, highest and mean value and their
    deviation from the mean; a piece of one value is exact. Pieces end where a statistic needs the units
    exactly: at ranks (clipping, deciles) and at the points of a grid. Units with equal values stay together.

    Reads: the bins; the metrics tables, each once (on DuckDB of few columns once more).
    Args: bins (relation), metrics (dict of relations by period)
-#}
{% macro pieces(bins, metrics) %}
{%- if execute -%}
{%- set missing = dbt_jetstream.windows_missing_by_period(dbt_jetstream.windows_by_period(bins), dbt_jetstream.definition()) -%}
{%- if dbt_jetstream.grows() and not missing -%}
-- every window with bins has been cut
select * from {{ this }}
where false
{%- else -%}
{%- set lock = dbt_jetstream.with_columns(dbt_jetstream.definition(), metrics) -%}
{%- set cell = dbt_jetstream.series_cell() -%}
{%- set numbers = dbt_jetstream.piece_numbers() -%}
{%- set is_placed = 'abs(bin) between ' ~ dbt_jetstream.bin_numbers().least_placed ~ ' and ' ~ dbt_jetstream.bin_numbers().most_placed -%}
{%- set series = dbt_jetstream.of_new_windows(dbt_jetstream.numbered_series(lock), metrics, missing) -%}
{%- set uneven = dbt_jetstream.series_with_rows(bins, is_placed, series) -%}
with

{{ dbt_jetstream.series_settings(lock) }},

{{ dbt_jetstream.new_rows('new_bins', bins, missing, metrics) }},

{{ dbt_jetstream.placed_bins() }},

{{ dbt_jetstream.wanted_bins() }},

{{ dbt_jetstream.populations(lock, metrics, missing) }}
{{- dbt_jetstream.unit_values(uneven or series[:1], lock, metrics, missing) }},

{{ dbt_jetstream.wanted_values() }},

{{ dbt_jetstream.binned_values('wanted_values') }},

{{ dbt_jetstream.reread_units(lock) }},

cut_units as (
    select
        bin_id,
        u.value,
        case when b.lowest < b.highest then (u.value - b.lowest) / (b.highest - b.lowest) else 0 end as position,
        case when b.keeps_values then u.value end as own_value,
        case
            when b.is_heavy then floor((u.value - b.lowest) / (b.highest - b.lowest) * {{ numbers.heavy_parts }})
        end as part,
        case
            when b.holds_decile
                then
                    {{ dbt_jetstream.decile_class('(first_rank + units_below)') | indent(20) }}
        end as decile_class,
        case
            when b.holds_grid
                then
                    {{ dbt_jetstream.grid_class('u.value') | indent(20) }}
        end as grid_class,
        b.first_rank + u.units_below <= floor(b.clipped_rank) as is_below_clip,
        b.pooled_first_rank
        + case when b.holds_pooled_clip then u.pooled_units_below else 0 end
        <= floor(b.pooled_clipped_rank) as is_below_pooled_clip
    from ranked_units as u
    inner join wanted_bins as b
        using (bin_id)
),

cut_bins as (
    select
        bin_id,
        is_below_clip,
        is_below_pooled_clip,
        count(*) as units,
        min(value) as lowest,
        max(value) as highest,
        {{ dbt_jetstream.position_sums() | indent(8) }}
    from cut_units
    group by bin_id, own_value, part, decile_class, grid_class, is_below_clip, is_below_pooled_clip
),

measured_pieces as (
    select
        {{ cell }},
        branch,
        p.units,
        p.lowest,
        p.highest,
        b.lowest as bin_lowest,
        b.highest - b.lowest as bin_width,
        p.positions / p.units / {{ dbt_jetstream.position_units() }} as mean_position,
        p.squares / p.units / {{ dbt_jetstream.position_units() }} as mean_square,
        p.is_below_clip,
        p.is_below_pooled_clip
    from cut_bins as p
    inner join wanted_bins as b
        using (bin_id)
),

all_pieces as (
    select
        {{ cell }},
        branch,
        units,
        lowest,
        highest,
        case when lowest < highest then bin_lowest + bin_width * mean_position else lowest end as value,
        case
            when lowest < highest then bin_width * sqrt(greatest(mean_square - mean_position * mean_position, 0))
            else 0
        end as deviation,
        is_below_clip,
        is_below_pooled_clip
    from measured_pieces
    union all
    select
        {{ cell }},
        branch,
        units,
        lowest,
        highest,
        value,
        deviation,
        first_rank <= floor(clipped_rank) as is_below_clip,
        pooled_first_rank <= floor(pooled_clipped_rank) as is_below_pooled_clip
    from placed_bins
    where not is_reread
)

select
    {{ cell }},
    branch,
    value,
    cast(units as {{ dbt_jetstream.integer_type() }}) as units,
    lowest,
    highest,
    deviation,
    is_below_clip,
    is_below_pooled_clip,
    {{ dbt_jetstream.absent_from_window(missing) | indent(4) }} as absent_sources,
    '{{ lock.definition_hash }}' as definition_hash
from all_pieces
{%- endif -%}
{%- endif -%}
{% endmacro %}
