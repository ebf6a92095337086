{#- Whether a column is true or false by its type.

    Args: column (Column)
    Returns: bool
-#}
{% macro is_flag(column) %}
    {{- return(column.dtype | upper in ['BOOL', 'BOOLEAN']) -}}
{% endmacro %}
