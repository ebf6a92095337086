{#- Pre-hook of an incremental table: delete the windows that were made while a data source was absent.

    The run that deletes them computes them again. A table that is built anew has nothing to forget.
    The windows are named, so that BigQuery leaves the partitions of all others alone.
-#}
{% macro forget_incomplete_windows() -%}
    {%- if execute and is_incremental() and 'absent_sources' in columns_before() -%}
        {%- set incomplete = 'select distinct window_index from ' ~ this ~ " where absent_sources != ''" -%}
        {%- set windows = run_query(incomplete).columns[0].values() | map('int') | list -%}
        {%- if windows -%}
delete from {{ this }}
where
    absent_sources != ''
    and window_index in ({{ windows | join(', ') }})
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
