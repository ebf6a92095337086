{#- Whether a table has rows, and the definitions with these hashes made all of them.

    Args: relation, definition_hashes (list of str)
    Returns: bool
-#}
{% macro is_built_by(relation, definition_hashes) %}
    {%- set columns = adapter.get_columns_in_relation(relation) | map(attribute='name') | list -%}
    {%- if 'definition_hash' not in columns -%}
        {{- return(false) -}}
    {%- endif -%}
    {%- set found = run_query('select distinct definition_hash from ' ~ relation).columns[0].values() -%}
    {{- return(found | length > 0 and not found | reject('in', definition_hashes) | list) -}}
{% endmacro %}
