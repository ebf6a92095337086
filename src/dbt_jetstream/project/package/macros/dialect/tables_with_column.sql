{#- The names of the tables of a schema that have a column, in one question for all.

    Args: database (str), schema (str), column (str)
    Returns: list of str
-#}
{% macro tables_with_column(database, schema, column) -%}
    {%- set query = adapter.dispatch('tables_with_column', 'dbt_jetstream')(database, schema, column) -%}
    {{ return(run_query(query).columns[0].values() | list) }}
{%- endmacro %}

{% macro bigquery__tables_with_column(database, schema, column) -%}
select table_name
from `{{ database }}.{{ schema }}`.INFORMATION_SCHEMA.COLUMNS
where column_name = {{ dbt_jetstream.text_literal(column) }}
{%- endmacro %}

{% macro duckdb__tables_with_column(database, schema, column) -%}
select table_name
from information_schema.columns
where
    table_catalog = {{ dbt_jetstream.text_literal(database) }}
    and table_schema = {{ dbt_jetstream.text_literal(schema) }}
    and column_name = {{ dbt_jetstream.text_literal(column) }}
{%- endmacro %}
