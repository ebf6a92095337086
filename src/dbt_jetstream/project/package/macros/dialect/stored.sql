{#- What follows `as` in a CTE that is read several times and shall be computed once. -#}
{% macro stored() -%}
    {{ return(adapter.dispatch('stored', 'dbt_jetstream')()) }}
{%- endmacro %}

{% macro bigquery__stored() -%}
{%- endmacro %}

{% macro duckdb__stored() -%}
    materialized
{%- endmacro %}
