{#- The names of the tables and views of a schema, in one question for all.

    Args: database (str), schema (str)
    Returns: list of str
-#}
{% macro tables_of_schema(database, schema) -%}
    {%- set query = adapter.dispatch('tables_of_schema', 'dbt_jetstream')(database, schema) -%}
    {{ return(run_query(query).columns[0].values() | list) }}
{%- endmacro %}

{% macro bigquery__tables_of_schema(database, schema) -%}
select table_name
from `{{ database }}.{{ schema }}`.INFORMATION_SCHEMA.TABLES
{%- endmacro %}

{% macro duckdb__tables_of_schema(database, schema) -%}
select table_name
from information_schema.tables
where
    table_catalog = {{ dbt_jetstream.text_literal(database) }}
    and table_schema = {{ dbt_jetstream.text_literal(schema) }}
{%- endmacro %}
