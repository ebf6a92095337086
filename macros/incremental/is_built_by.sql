{#- Whether a table has rows, and the definition with this hash made them.

    Args: relation, definition_hash (str)
    Returns: bool
-#}
{% macro is_built_by(relation, definition_hash) %}
    {%- set columns = adapter.get_columns_in_relation(relation) | map(attribute='name') | list -%}
    {%- if 'definition_hash' not in columns -%}
        {{- return(false) -}}
    {%- endif -%}
    {%- set newest = run_query('select max(definition_hash) from ' ~ relation).rows[0][0] -%}
    {{- return(newest == definition_hash) -}}
{% endmacro %}
