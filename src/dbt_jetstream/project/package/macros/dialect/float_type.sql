{#- Floating-point numbers of 64 bits, as a type name. -#}
{% macro float_type() -%}
    {{ return(adapter.dispatch('float_type', 'dbt_jetstream')()) }}
{%- endmacro %}

{% macro bigquery__float_type() -%}
    float64
{%- endmacro %}

{% macro duckdb__float_type() -%}
    double
{%- endmacro %}
