{#- CTEs with the units of the wanted bins, each with its rank there.

    Reads: wanted_bins, binned_values. Makes: bins_to_find, reread_units, ranked_units (bin_id, value, units_below,
    pooled_units_below).
    Args: lock (dict)
-#}
{% macro reread_units(lock) -%}
bins_to_find as (
    select
        {{ dbt_jetstream.group_names() }},
        series_id,
        bin,
        bin_id,
        -- the bins in which a rank is looked for
        case when holds_decile or holds_clip then bin_id end as ranked_bin_id,
        case when holds_pooled_clip then pooled_bin_id end as pooled_bin_id
    from wanted_bins
),

reread_units as (
    select
        bin_id,
        ranked_bin_id,
        pooled_bin_id,
        value
    from {{ dbt_jetstream.with_rows_about_groups('binned_values', 'bins_to_find', ['series_id', 'bin'], lock) | indent(4) }}
),

ranked_units as (
    select
        bin_id,
        value,
        {{ dbt_jetstream.rank_in('ranked_bin_id') }} as units_below,
        {{ dbt_jetstream.rank_in('pooled_bin_id') if lock.series | selectattr('pooled_drop_highest') | list else 0 }} as pooled_units_below
    from reread_units
)
{%- endmacro %}

{#- How many units of a bin are below a unit; where the bin's number is null nobody asks, and nothing is sorted. -#}
{% macro rank_in(bin) -%}
rank() over (partition by {{ bin }} order by case when {{ bin }} is not null then value end) - 1
{%- endmacro %}
