{#- Given rows as a table to select from.

    Args: alias (str), columns (list), rows (list of lists of text, numbers, booleans and none); where
        there is no row, all columns are text
-#}
{% macro literal_rows(alias, columns, rows) -%}
    {%- if not rows -%}
(
    select
        {%- for column in columns %}
        {{ dbt_jetstream.text_literal(none) }} as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from (select 1 as one) as nothing
    where false
) as {{ alias }}
    {%- else -%}
    {{- adapter.dispatch('literal_rows', 'dbt_jetstream')(alias, columns, rows) -}}
    {%- endif -%}
{%- endmacro %}

{% macro bigquery__literal_rows(alias, columns, rows) -%}
unnest([
    {%- for row in rows %}
    {%- if loop.first %}
    struct(
        {%- for value in row %}
        {{ dbt_jetstream.literal(value) }} as {{ columns[loop.index0] }}{{ ',' if not loop.last }}
        {%- endfor %}
    )
    {%- else %}
    struct({% for value in row %}{{ dbt_jetstream.literal(value) }}{{ ', ' if not loop.last }}{% endfor %})
    {%- endif %}{{ ',' if not loop.last }}
    {%- endfor %}
]) as {{ alias }}
{%- endmacro %}

{% macro duckdb__literal_rows(alias, columns, rows) -%}
(
    values
    {%- for row in rows %}
    ({% for value in row %}{{ dbt_jetstream.literal(value) }}{{ ', ' if not loop.last }}{% endfor %}){{ ',' if not loop.last }}
    {%- endfor %}
) as {{ alias }}({{ columns | join(', ') }})
{%- endmacro %}
