{#- Whether a table has any row.

    Args: relation
    Returns: bool
-#}
{% macro has_rows(relation) %}
    {{- return(run_query('select 1 as one from ' ~ relation ~ ' limit 1').rows | length > 0) -}}
{% endmacro %}
