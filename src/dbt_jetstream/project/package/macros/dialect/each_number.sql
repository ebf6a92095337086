{#- A subquery: the rows of a CTE, each once for every number from one expression to another, ends included.

    Args: query (str, a CTE), first (str), last (str), name (str, of the column with the number)
-#}
{% macro each_number(query, first, last, name) -%}
    {{- adapter.dispatch('each_number', 'dbt_jetstream')(query, first, last, name) -}}
{%- endmacro %}

{% macro duckdb__each_number(query, first, last, name) -%}
(
    select *, unnest(generate_series({{ first }}, {{ last }})) as {{ name }}
    from {{ query }}
) as numbered
{%- endmacro %}

{% macro bigquery__each_number(query, first, last, name) -%}
{{ query }}
cross join unnest(generate_array({{ first }}, {{ last }})) as {{ name }}
{%- endmacro %}
