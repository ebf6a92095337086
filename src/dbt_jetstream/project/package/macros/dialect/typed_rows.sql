{#- Given rows as a table to select from, its columns of given types: two columns at least.

    BigQuery takes them for one constant, where `literal_rows` is an expression for each value; so it would
    for each row with a null, for which another value stands.

    Args: alias (str), columns (dict of type names by column), rows (list of lists of text, numbers, booleans
        and none)
-#}
{% macro typed_rows(alias, columns, rows) -%}
    {{- adapter.dispatch('typed_rows', 'dbt_jetstream')(alias, columns, rows) -}}
{%- endmacro %}

{% macro bigquery__typed_rows(alias, columns, rows) -%}
{%- set stand_ins = dbt_jetstream.null_stand_ins(columns, rows) -%}
{%- if stand_ins -%}
(
    select
        {%- for column in columns %}
        {{ 'nullif(' ~ column ~ ', ' ~ dbt_jetstream.literal(stand_ins[column]) ~ ') as ' if column in stand_ins }}{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ dbt_jetstream.constant_rows('given', columns, rows, stand_ins) | indent(4) }}
) as {{ alias }}
{%- else -%}
{{ dbt_jetstream.constant_rows(alias, columns, rows, stand_ins) }}
{%- endif -%}
{%- endmacro %}

{#- Rows as an array of BigQuery's, with other values for nulls in some columns. -#}
{% macro constant_rows(alias, columns, rows, stand_ins) -%}
unnest(array<struct<
    {%- for column, type in columns.items() %}{{ column }} {{ type }}{{ ', ' if not loop.last }}{% endfor -%}
>>[
    {%- for row in rows %}
    (
        {%- for column in columns -%}
            {%- set value = row[loop.index0] -%}
            {%- set value = stand_ins.get(column) if value is none else value -%}
            {{ 'null' if value is none else dbt_jetstream.literal(value) }}{{ ', ' if not loop.last }}
        {%- endfor -%}
    ){{ ',' if not loop.last }}
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
        ({% for value in row %}{{ 'null' if value is none else dbt_jetstream.literal(value) }}{{ ', ' if not loop.last }}{% endfor %}){{ ',' if not loop.last }}
        {%- endfor %}
    ) as given({{ columns | join(', ') }})
    {%- if not rows %}
    where false
    {%- endif %}
) as {{ alias }}
{%- endmacro %}
