{#- The statement that gives a model's new rows a name: a view on DuckDB, where they are computed once, while they
    are added, instead of being written twice; else a table.

    Args: new_rows (relation), query (str)
-#}
{% macro staged_rows(new_rows, query) %}
    {{- return(adapter.dispatch('staged_rows', 'dbt_jetstream')(new_rows, query)) -}}
{% endmacro %}

{% macro default__staged_rows(new_rows, query) %}
    {{- create_table_as(True, new_rows, query) -}}
{% endmacro %}

{% macro duckdb__staged_rows(new_rows, query) %}
create or replace {{ 'temporary ' if dbt_jetstream.is_dbt_1() }}view {{ dbt_jetstream.staged_name(new_rows) }} as (
    {{ query }}
)
{%- endmacro %}
