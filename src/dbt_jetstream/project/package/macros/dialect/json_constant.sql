{#- A JSON value, given as its text. -#}
{% macro json_constant(text) -%}
    {{ return(adapter.dispatch('json_constant', 'dbt_jetstream')(text)) }}
{%- endmacro %}

{% macro bigquery__json_constant(text) -%}
    parse_json({{ dbt_jetstream.text_literal(text) }})
{%- endmacro %}

{% macro duckdb__json_constant(text) -%}
    cast('{{ text | replace("'", "''") }}' as json)
{%- endmacro %}
