{#- The CTE `series_settings`: what is asked of each series, by its metric and name.

    Makes: series_settings (series_id, metric, series, drop_highest, pooled_drop_highest, has_deciles, grid_size,
    is_log_grid, density_size, is_log_density, has_integers).
    Args: lock (dict, see `with_columns`)
-#}
{% macro series_settings(lock) -%}
{%- set columns = {
    'series_id': dbt_jetstream.integer_type(),
    'metric': dbt.type_string(),
    'series': dbt.type_string(),
    'drop_highest': dbt_jetstream.float_type(),
    'pooled_drop_highest': dbt_jetstream.float_type(),
    'has_deciles': 'boolean',
    'grid_size': dbt_jetstream.integer_type(),
    'is_log_grid': 'boolean',
    'density_size': dbt_jetstream.integer_type(),
    'is_log_density': 'boolean',
    'has_integers': 'boolean',
} -%}
{%- set rows = [] -%}
{%- for series in dbt_jetstream.numbered_series(lock) -%}
    {%- do rows.append([
        series.id,
        series.metric,
        series.series,
        series.get('drop_highest'),
        series.get('pooled_drop_highest'),
        series.has_deciles or false,
        series.get('grid_size'),
        series.log_space or false,
        series.get('density_size'),
        series.density_log_space or false,
        dbt_jetstream.series_is_integer(series.periods[0], series, lock),
    ]) -%}
{%- endfor -%}
series_settings as (
    select *
    from {{ dbt_jetstream.typed_rows('settings', columns, rows) | indent(4) }}
)
{%- endmacro %}
