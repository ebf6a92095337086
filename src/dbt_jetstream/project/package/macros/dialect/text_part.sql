{#- The part of a text at a place, counted from 1, where `separator` divides it. Null where there are fewer. -#}
{% macro text_part(text, separator, place) -%}
    {{ return(adapter.dispatch('text_part', 'dbt_jetstream')(text, separator, place)) }}
{%- endmacro %}

{% macro bigquery__text_part(text, separator, place) -%}
    split({{ text }}, '{{ separator }}')[safe_ordinal({{ place }})]
{%- endmacro %}

{% macro duckdb__text_part(text, separator, place) -%}
    string_split({{ text }}, '{{ separator }}')[{{ place }}]
{%- endmacro %}
