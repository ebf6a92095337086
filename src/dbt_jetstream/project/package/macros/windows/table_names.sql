{#- The names of the tables that a data source waits for, as users know them: one of them is late.

    Args: source (dict, from the lock)
    Returns: str
-#}
{% macro table_names(source) %}
    {{- return(source.dated_tables | default([], true) | map(attribute='name') | join(' or ') or source.name) -}}
{% endmacro %}
