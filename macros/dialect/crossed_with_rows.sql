{#- A subquery's rows, each with each of some rows of expressions over it: what follows `from`.

    Args: query (str, a subquery with its alias, or a CTE), fields (list, names of columns), rows (list of lists
        of SQL, a value for each field)
-#}
{% macro crossed_with_rows(query, fields, rows) -%}
    {{- adapter.dispatch('crossed_with_rows', 'dbt_jetstream')(query, fields, rows) -}}
{%- endmacro %}

{% macro duckdb__crossed_with_rows(query, fields, rows) -%}
(
    select
        *
        {%- for field in fields %},
        unnest([
            {%- for row in rows %}
            {{ row[fields.index(field)] }}{{ ',' if not loop.last }}
            {%- endfor %}
        ]) as {{ field }}
        {%- endfor %}
    from {{ query | indent(4) }}
) as crossed
{%- endmacro %}

{% macro bigquery__crossed_with_rows(query, fields, rows) -%}
{{ query }}
cross join unnest([
    {%- for row in rows %}
        {%- set is_first = loop.first %}
    struct(
        {%- for value in row %}
        {{- value }}{{ ' as ' ~ fields[loop.index0] if is_first }}{{ ', ' if not loop.last }}
        {%- endfor -%}
    ){{ ',' if not loop.last }}
    {%- endfor %}
]) as crossed
{%- endmacro %}
