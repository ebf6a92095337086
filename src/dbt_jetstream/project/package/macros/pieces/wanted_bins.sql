{#- The CTE `wanted_bins`: the bins whose units must be read once more, each with a number.

    Reads: placed_bins. Makes: wanted_bins (all its columns; bin_id; pooled_bin_id, of the same bin of all branches).
-#}
{% macro wanted_bins() -%}
{%- set cell = dbt_jetstream.series_cell() -%}
wanted_bins as {{ dbt_jetstream.stored() }} (
    select
        *,
        row_number() over (order by {{ cell }}, branch, bin) as bin_id,
        dense_rank() over (order by {{ cell }}, bin) as pooled_bin_id
    from placed_bins
    where is_reread
)
{%- endmacro %}
