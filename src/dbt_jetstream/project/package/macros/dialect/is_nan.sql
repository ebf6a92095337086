{#- Whether a floating-point number is NaN. -#}
{% macro is_nan(value) -%}
    {{ return(adapter.dispatch('is_nan', 'dbt_jetstream')(value)) }}
{%- endmacro %}

{% macro bigquery__is_nan(value) -%}
    is_nan({{ value }})
{%- endmacro %}

{% macro duckdb__is_nan(value) -%}
    isnan({{ value }})
{%- endmacro %}
