{#- A statement of BigQuery that fails with a message, so that dbt tells of it as of any other; nothing without one. -#}
{% macro failure(message) -%}
    {{ return('select error(' ~ dbt_jetstream.text_literal(message) ~ ')' if message else '') }}
{%- endmacro %}
