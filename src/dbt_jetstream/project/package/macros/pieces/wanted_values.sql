{#- The CTE `wanted_values`: the values among which those of the wanted bins are; most others are left out at once.

    Reads: unit_values; wanted_bins, on DuckDB. Makes: wanted_values (unit_keys, series_id, is_integer, value).
-#}
{% macro wanted_values() -%}
    {{- adapter.dispatch('wanted_values', 'dbt_jetstream')() -}}
{%- endmacro %}

{% macro duckdb__wanted_values() -%}
wanted_values as (
    select v.*
    from unit_values as v
    inner join (
        select
            series_id,
            min(lowest) as lowest,
            max(highest) as highest
        from wanted_bins
        group by series_id
    ) as reach
        on reach.series_id = v.series_id and v.value between reach.lowest and reach.highest
)
{%- endmacro %}

{#- A CTE of bins would be read anew for this. -#}
{% macro bigquery__wanted_values() -%}
wanted_values as (
    select *
    from unit_values
    where value != 0 and (not is_integer or abs(value) > {{ dbt_jetstream.bin_numbers().last_integer }})
)
{%- endmacro %}
