{#- What follows `as` in a CTE that is read several times, of few columns each, and shall not be stored. -#}
{% macro inlined() -%}
    {{ return(adapter.dispatch('inlined', 'dbt_jetstream')()) }}
{%- endmacro %}

{% macro bigquery__inlined() -%}
{%- endmacro %}

{% macro duckdb__inlined() -%}
    not materialized
{%- endmacro %}
