{#- The models that read a model.

    Args: node (dict, of dbt's graph, or none)
    Returns: list of such dicts
-#}
{% macro children(node) %}
    {%- set found = [] -%}
    {%- for child in (graph.nodes.values() if node else []) if child.resource_type == 'model' and node.unique_id in child.depends_on.nodes -%}
        {%- do found.append(child) -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}
