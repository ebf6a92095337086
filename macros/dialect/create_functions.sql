{#- Create the functions that metric definitions call and that the target lacks, once per run. -#}
{% macro create_functions() -%}
    {{ return(adapter.dispatch('create_functions', 'dbt_jetstream')()) }}
{%- endmacro %}

{% macro default__create_functions() -%}
{%- endmacro %}

{% macro duckdb__create_functions() -%}
    create or replace macro main.mozfun_map_get_key(entries, wanted) as
        list_filter(entries, lambda entry: entry.key = wanted)[1].value
{%- endmacro %}
