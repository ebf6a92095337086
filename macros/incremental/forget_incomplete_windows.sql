{#- Pre-hook of an incremental table: delete the windows that were made while a data source was absent.

    The run that deletes them computes them again. A table that is built anew has nothing to forget.
-#}
{% macro forget_incomplete_windows() -%}
    {%- if execute and is_incremental() and 'absent_sources' in columns_by_name(this) -%}
delete from {{ this }}
where absent_sources != ''
    {%- endif -%}
{%- endmacro %}
