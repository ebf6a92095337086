{#- A subquery with what is asked of each series: how it is clipped and where it must be exact.

    Args: lock (dict), metrics (dict of relations by period)
-#}
{% macro series_parameters(lock, metrics) -%}
(
    select
        cast(null as {{ dbt.type_string() }}) as metric,
        cast(null as {{ dbt.type_string() }}) as series,
        cast(null as {{ float_type() }}) as drop_highest,
        cast(null as {{ float_type() }}) as pooled_drop_highest,
        false as has_deciles,
        cast(null as {{ integer_type() }}) as grid_size,
        false as is_log_grid,
        cast(null as {{ integer_type() }}) as density_size,
        false as is_log_density,
        false as is_integer
    where false
    {%- for series in lock.series %}
    union all
    select
        '{{ series.metric }}' as metric,
        '{{ series.series }}' as series,
        {{ 'null' if series.drop_highest is none else series.drop_highest }} as drop_highest,
        {{ 'null' if series.pooled_drop_highest is none else series.pooled_drop_highest }} as pooled_drop_highest,
        {{ 'true' if series.has_deciles else 'false' }} as has_deciles,
        {{ 'null' if series.grid_size is none else series.grid_size }} as grid_size,
        {{ 'true' if series.log_space else 'false' }} as is_log_grid,
        {{ 'null' if series.density_size is none else series.density_size }} as density_size,
        {{ 'true' if series.density_log_space else 'false' }} as is_log_density,
        {{ 'true' if series_is_integer(series.periods[0], series, metrics) else 'false' }} as is_integer
    {%- endfor %}
    union all
    select
        'identity' as metric,
        'units' as series,
        null as drop_highest,
        null as pooled_drop_highest,
        false as has_deciles,
        null as grid_size,
        false as is_log_grid,
        null as density_size,
        false as is_log_density,
        false as is_integer
) as series_parameters
{%- endmacro %}
