{#- Integers of 64 bits, as a type name. -#}
{% macro integer_type() -%}
    {{ return(adapter.dispatch('integer_type', 'dbt_jetstream')()) }}
{%- endmacro %}

{% macro bigquery__integer_type() -%}
    int64
{%- endmacro %}

{% macro duckdb__integer_type() -%}
    bigint
{%- endmacro %}
