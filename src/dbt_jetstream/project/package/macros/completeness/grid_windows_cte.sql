{#- The CTE `analysis_windows`: the windows of a completeness grid, one row each.

    Args: lock (dict, of the completeness node)
-#}
{% macro grid_windows_cte(lock) -%}
{%- set text, whole = dbt.type_string(), dbt_jetstream.integer_type() -%}
{%- set columns = {
    'analysis_period': text,
    'window_index': whole,
    'undue_state': text,
    'undue_reason': text,
    'needs_day': text,
} -%}
analysis_windows as (
    select
        {{ columns | join(',\n        ') }}
    from {{ dbt_jetstream.typed_rows('analysis_windows', columns, dbt_jetstream.grid_windows(lock)) | indent(4) }}
)
{%- endmacro %}
