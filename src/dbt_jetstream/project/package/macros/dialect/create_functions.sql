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
    {{ dbt_jetstream.duckdb_number_functions() }}
    {{ dbt_jetstream.duckdb_bigquery_functions() }}
    {{ dbt_jetstream.duckdb_map_functions() }}
    {{ dbt_jetstream.duckdb_histogram_functions() }}
    {{ dbt_jetstream.duckdb_text_functions() }}
    {{ dbt_jetstream.duckdb_legacy_functions() }}
{%- endmacro %}
