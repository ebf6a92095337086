{#- A statement with its semicolon; nothing where there is no statement. -#}
{% macro ended(statement) -%}
    {{ return(statement if statement.rstrip().endswith(';') or not statement.strip() else statement ~ ';') }}
{%- endmacro %}
