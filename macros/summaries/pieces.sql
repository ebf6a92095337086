{#- CTEs that cut the bins that were read once more into `pieces`: where anything asks for a cut.

    Units with equal values stay together.
-#}
{% macro pieces() -%}
{%- set cell = series_cell() -%}
units_in_bins as (
    select
        u.bin_id,
        u.value,
        null as units_below
    from reread_units as u
    inner join placed_bins as b
        using (bin_id)
    where not b.holds_decile
    union all
    select
        u.bin_id,
        u.value,
        rank() over (partition by u.bin_id order by u.value) - 1 as units_below
    from reread_units as u
    inner join placed_bins as b
        using (bin_id)
    where b.holds_decile
),

clipped_bins as (
    select
        placed_bins.*,
        clips.highest as clip,
        pooled_clips.highest as pooled_clip
    from placed_bins
    left join clips
        using ({{ cell }}, branch)
    left join pooled_clips
        using ({{ cell }})
    where placed_bins.is_reread
),

cut_units as (
    select
        bin_id,
        u.value,
        (u.value - b.lowest) / (b.highest - b.lowest) as position,
        case when b.keeps_values then u.value end as own_value,
        case when b.is_heavy then floor((u.value - b.lowest) / (b.highest - b.lowest) * 64) end as part,
        case
            when b.holds_decile
                then
                    {{ decile_class('(first_rank + units_below)') | indent(20) }}
        end as decile_class,
        case
            when b.holds_grid
                then
                    {{ grid_class('u.value') | indent(20) }}
        end as grid_class,
        u.value > b.clip as is_clipped,
        u.value > b.pooled_clip as is_pooled_clipped
    from units_in_bins as u
    inner join clipped_bins as b
        using (bin_id)
),

cut_bins as (
    select
        bin_id,
        count(*) as units,
        min(value) as lowest,
        max(value) as highest,
        {{ position_sums() | indent(8) }}
    from cut_units
    group by bin_id, own_value, part, decile_class, grid_class, is_clipped, is_pooled_clipped
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
        p.positions / p.units / {{ position_units() }} as mean_position,
        p.squares / p.units / {{ position_units() }} as mean_square
    from cut_bins as p
    inner join placed_bins as b
        using (bin_id)
),

pieces as (
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
        end as deviation
    from measured_pieces
    union all
    select
        {{ cell }},
        branch,
        units,
        lowest,
        highest,
        value,
        deviation
    from placed_bins
    where not is_reread
)
{%- endmacro %}
