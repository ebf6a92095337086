{#- A text as a SQL literal, whatever is in it: quotes, newlines, braces. None is a null of that type. -#}
{% macro text_literal(text) -%}
    {%- if text is none -%}
        {{- return('cast(null as ' ~ dbt.type_string() ~ ')') -}}
    {%- endif -%}
    {{ return(adapter.dispatch('text_literal', 'dbt_jetstream')((text | string).replace('\x00', ''))) }}
{%- endmacro %}

{% macro bigquery__text_literal(text) -%}
    '{{ text.replace('\\', '\\\\').replace("'", "\\'").replace('\n', '\\n').replace('\r', '\\r') }}'
{%- endmacro %}

{% macro duckdb__text_literal(text) -%}
    '{{ text.replace("'", "''") }}'
{%- endmacro %}
