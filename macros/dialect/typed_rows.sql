{#- Given rows as a table to select from, its columns of given types: two columns at least.

    BigQuery takes them for one constant, where `literal_rows` is an expression for each value.

    Args: alias (str), columns (dict of type names by column), rows (list of lists of text, numbers, booleans
        and none)
-#}
{% macro typed_rows(alias, columns, rows) -%}
    {{- adapter.dispatch('typed_rows', 'dbt_jetstream')(alias, columns, rows) -}}
{%- endmacro %}

{% macro bigquery__typed_rows(alias, columns, rows) -%}
unnest(array<struct<
    {%- for column, type in columns.items() %}{{ column }} {{ type }}{{ ', ' if not loop.last }}{% endfor -%}
>>[
    {%- for row in rows %}
    ({% for value in row %}{{ 'null' if value is none else literal(value) }}{{ ', ' if not loop.last }}{% endfor %}){{ ',' if not loop.last }}
    {%- endfor %}
]) as {{ alias }}
{%- endmacro %}

{% macro duckdb__typed_rows(alias, columns, rows) -%}
(
    select
        {%- for column, type in columns.items() %}
        cast({{ column }} as {{ type }}) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from (
        values
        {%- for row in rows or [[none] * columns | length] %}
        ({% for value in row %}{{ 'null' if value is none else literal(value) }}{{ ', ' if not loop.last }}{% endfor %}){{ ',' if not loop.last }}
        {%- endfor %}
    ) as given({{ columns | join(', ') }})
    {%- if not rows %}
    where false
    {%- endif %}
) as {{ alias }}
{%- endmacro %}
