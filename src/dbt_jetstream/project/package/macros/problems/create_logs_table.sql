{#- Statements that create a table of problems where there is none, and the one of when these and results were published.

    Args: logs (relation)
-#}
{% macro create_logs_table(logs) -%}
create table if not exists {{ logs }} (
    timestamp timestamp,
    {%- for column in dbt_jetstream.log_columns() %}
    {{ column }} {{ dbt.type_string() }}{{ ',' if not loop.last }}
    {%- endfor %}
);
create table if not exists {{ dbt_jetstream.published_relation(logs) }} (
    experiment {{ dbt.type_string() }},
    results {{ dbt.type_string() }},
    problems {{ dbt.type_string() }},
    published_at timestamp
);
{%- endmacro %}
