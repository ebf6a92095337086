{#- Rows of expressions, as what follows the columns of a select on DuckDB: a list for each field, side by side.

    Args: fields (list, names of columns), rows (list of lists of SQL, a value for each field)
-#}
{% macro unnested_lists(fields, rows) -%}
{%- for field in fields %},
unnest([
    {%- for row in rows %}
    {{ row[fields.index(field)] }}{{ ',' if not loop.last }}
    {%- endfor %}
]) as {{ field }}
{%- endfor %}
{%- endmacro %}

{#- Rows of expressions, as what follows `cross join` on BigQuery: an array of structs. -#}
{% macro unnested_structs(fields, rows) -%}
unnest([
    {%- for row in rows %}
        {%- set is_first = loop.first %}
    struct(
        {%- for value in row %}
        {{- value }}{{ ' as ' ~ fields[loop.index0] if is_first }}{{ ', ' if not loop.last }}
        {%- endfor -%}
    ){{ ',' if not loop.last }}
    {%- endfor %}
])
{%- endmacro %}
