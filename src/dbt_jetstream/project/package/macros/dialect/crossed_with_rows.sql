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
        {{- dbt_jetstream.unnested_lists(fields, rows) | indent(8) }}
    from {{ query | indent(4) }}
) as crossed
{%- endmacro %}

{% macro bigquery__crossed_with_rows(query, fields, rows) -%}
{{ query }}
cross join {{ dbt_jetstream.unnested_structs(fields, rows) }} as crossed
{%- endmacro %}
