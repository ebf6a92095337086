{#- A statement that creates a table of problems where there is none.

    Args: logs (relation)
-#}
{% macro create_logs_table(logs) -%}
create table if not exists {{ logs }} (
    timestamp timestamp,
    {%- for column in log_columns() %}
    {{ column }} {{ dbt.type_string() }}{{ ',' if not loop.last }}
    {%- endfor %}
);
{%- endmacro %}
