{#- The quotient of two integers, the first not negative, rounded down. -#}
{% macro integer_division(numerator, denominator) -%}
    {{ return(adapter.dispatch('integer_division', 'dbt_jetstream')(numerator, denominator)) }}
{%- endmacro %}

{% macro bigquery__integer_division(numerator, denominator) -%}
    {#- with parentheses of its own, which translators to `//` forget -#}
    div(({{ numerator }}), {{ denominator }})
{%- endmacro %}

{% macro duckdb__integer_division(numerator, denominator) -%}
    ({{ numerator }}) // {{ denominator }}
{%- endmacro %}
