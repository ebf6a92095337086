{#- Create the functions that metric definitions call and that the target lacks, once per run.

    docs/duckdb.md lists them; `FUNCTIONS` in src/dbt_jetstream/sql/compatibility.py names them.
-#}
{% macro create_functions() -%}
    {{ return(adapter.dispatch('create_functions', 'dbt_jetstream')()) }}
{%- endmacro %}

{% macro default__create_functions() -%}
{%- endmacro %}

{#- A function comes before those that call it. -#}
{% macro duckdb__create_functions() -%}
    {{ duckdb_number_functions() }}
    {{ duckdb_bigquery_functions() }}
    {{ duckdb_map_functions() }}
    {{ duckdb_histogram_functions() }}
    {{ duckdb_text_functions() }}
    {{ duckdb_legacy_functions() }}
{%- endmacro %}
