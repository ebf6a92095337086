{#- The CTE `series_names`: the metric and name of each series by its number.

    Makes: series_names (series_id, metric, series).
    Args: lock (dict)
-#}
{% macro series_names(lock) -%}
{%- set columns = {'series_id': dbt_jetstream.integer_type(), 'metric': dbt.type_string(), 'series': dbt.type_string()} -%}
{%- set rows = [] -%}
{%- for series in dbt_jetstream.numbered_series(lock) -%}
    {%- do rows.append([series.id, series.metric, series.series]) -%}
{%- endfor -%}
series_names as (
    select *
    from {{ dbt_jetstream.typed_rows('names', columns, rows) | indent(4) }}
)
{%- endmacro %}
