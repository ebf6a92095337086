{#- Whether one floating-point number is greater than another: never where one of them is NaN. -#}
{% macro is_greater(left, right) -%}
    {{ return(adapter.dispatch('is_greater', 'dbt_jetstream')(left, right)) }}
{%- endmacro %}

{% macro bigquery__is_greater(left, right) -%}
    {{ left }} > {{ right }}
{%- endmacro %}

{% macro duckdb__is_greater(left, right) -%}
    bigquery_greater({{ left }}, {{ right }})
{%- endmacro %}
