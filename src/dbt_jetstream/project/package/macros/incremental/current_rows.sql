{#- A query for the rows of a model's table that its current definition has made.

    Args: node (dict, of dbt's graph), columns (str)
    Returns: str; none where there is no table
-#}
{% macro current_rows(node, columns) %}
    {%- set relation = load_relation(api.Relation.create(node.database, node.schema, node.alias)) -%}
    {%- if not relation or 'definition_hash' not in dbt_jetstream.columns_by_name(relation) -%}
        {{- return(none) -}}
    {%- endif -%}
    {{- return('select ' ~ columns ~ ' from ' ~ relation ~ " where definition_hash = '" ~ node.config.meta.definition_hash ~ "'") -}}
{% endmacro %}
