{#- The logarithm to base 2. -#}
{% macro log2(value) -%}
    {{ return(adapter.dispatch('log2', 'dbt_jetstream')(value)) }}
{%- endmacro %}

{% macro bigquery__log2(value) -%}
    log({{ value }}, 2)
{%- endmacro %}

{% macro duckdb__log2(value) -%}
    log2({{ value }})
{%- endmacro %}
