{#- An expression that fails unless it is a boolean.

    Args: sql (str)
-#}
{% macro as_flag(sql) -%}
    ({{ sql }}) and true
{%- endmacro %}
