{#- The CTE `analysis_windows`: the windows of a completeness grid, one row each.

    Args: lock (dict, of the completeness node)
-#}
{% macro grid_windows_cte(lock) -%}
{%- set columns = ['analysis_period', 'window_index', 'undue_state', 'undue_reason', 'needs_day'] -%}
analysis_windows as (
    select
        {{ columns | join(',\n        ') }}
    from {{ literal_rows('analysis_windows', columns, grid_windows(lock)) | indent(4) }}
)
{%- endmacro %}
