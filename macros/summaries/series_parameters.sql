{#- A subquery with what is asked of each series: how it is clipped and where it must be exact.

    Args: lock (dict)
-#}
{% macro series_parameters(lock) -%}
(
    select
        cast(null as {{ dbt.type_string() }}) as metric,
        cast(null as {{ dbt.type_string() }}) as series,
        cast(null as {{ float_type() }}) as drop_highest,
        cast(null as {{ float_type() }}) as pooled_drop_highest,
        false as has_deciles,
        cast(null as {{ integer_type() }}) as grid_size,
        false as is_log_grid
    where false
    {%- for series in lock.series %}
    union all
    select
        '{{ series.metric }}',
        '{{ series.series }}',
        {{ 'null' if series.drop_highest is none else series.drop_highest }},
        {{ 'null' if series.pooled_drop_highest is none else series.pooled_drop_highest }},
        {{ 'true' if series.has_deciles else 'false' }},
        {{ 'null' if series.grid_size is none else series.grid_size }},
        {{ 'true' if series.log_space else 'false' }}
    {%- endfor %}
    union all
    select 'identity', 'units', null, null, false, null, false
) as series_parameters
{%- endmacro %}
