{#- A query for problems that are known while the SQL is written.

    Args: rows (list of dicts by column; those that are left out are null)
-#}
{% macro given_problems(rows) -%}
{%- set columns = dbt_jetstream.problem_columns() -%}
{%- set values = [] -%}
{%- for row in rows -%}
    {%- set value = [] -%}
    {%- for column in columns -%}
        {%- do value.append(row.get(column)) -%}
    {%- endfor -%}
    {%- do values.append(value) -%}
{%- endfor -%}
select {{ columns | join(', ') }}
from {{ dbt_jetstream.literal_rows('given', columns, values) }}
{%- endmacro %}
