{#- The text under `key` of a JSON object. Null where it is absent or no scalar. -#}
{% macro json_text(column, key) -%}
    {{ return(adapter.dispatch('json_text', 'dbt_jetstream')(column, key)) }}
{%- endmacro %}

{% macro bigquery__json_text(column, key) -%}
    json_value({{ column }}, '$.{{ key }}')
{%- endmacro %}

{% macro duckdb__json_text(column, key) -%}
    bigquery_json_scalar({{ column }}, '$.{{ key }}')
{%- endmacro %}
