{#- Post-hook of an incremental Python model: drop the table that its new rows came in.

    dbt-duckdb makes it outside of the model's schema and leaves it there.
-#}
{% macro drop_leftovers() -%}
    {{ return(adapter.dispatch('drop_leftovers', 'dbt_jetstream')()) }}
{%- endmacro %}

{% macro default__drop_leftovers() -%}
{%- endmacro %}

{% macro duckdb__drop_leftovers() -%}
    {%- if execute -%}
        {%- set leftovers = run_query(
            "select schema_name, table_name from duckdb_tables() "
            ~ "where starts_with(table_name, '" ~ this.identifier ~ "__dbt_tmp')"
        ) -%}
        {%- for schema, table in leftovers.rows -%}
            {%- do run_query('drop table "' ~ schema ~ '"."' ~ table ~ '"') -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
