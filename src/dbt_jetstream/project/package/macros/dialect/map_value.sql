{#- The value under `key` in a BigQuery map: a list of structs (key, value). Null where it is absent. -#}
{% macro map_value(column, key) -%}
    {{ return(adapter.dispatch('map_value', 'dbt_jetstream')(column, key)) }}
{%- endmacro %}

{% macro bigquery__map_value(column, key) -%}
    `mozfun.map.get_key`({{ column }}, '{{ key }}')
{%- endmacro %}

{% macro duckdb__map_value(column, key) -%}
    mozfun_map_get_key({{ column }}, '{{ key }}')
{%- endmacro %}
