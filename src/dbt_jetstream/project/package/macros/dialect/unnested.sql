{#- The elements of an array as a table of one column, `alias`, to cross join with. -#}
{% macro unnested(array, alias) -%}
    {{ return(adapter.dispatch('unnested', 'dbt_jetstream')(array, alias)) }}
{%- endmacro %}

{% macro bigquery__unnested(array, alias) -%}
    unnest({{ array }}) as {{ alias }}
{%- endmacro %}

{% macro duckdb__unnested(array, alias) -%}
    unnest({{ array }}) as {{ alias }}_elements({{ alias }})
{%- endmacro %}
