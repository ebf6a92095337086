{#- The model of an experiment that a node of a run is or tests.

    Args: node (of a result; none where there is none)
    Returns: dict of dbt's graph, or none
-#}
{% macro experiment_model(node) %}
    {%- set tested = (node.depends_on.nodes | list) if node and node.resource_type in ['test', 'unit_test'] else [] -%}
    {%- set ids = [node.attached_node] if node and node.attached_node else tested if tested else [node.unique_id] if node else [] -%}
    {%- for id in ids if graph.nodes.get(id) and graph.nodes[id].config.meta.experiment -%}
        {{- return(graph.nodes[id]) -}}
    {%- endfor -%}
    {{- return(none) -}}
{% endmacro %}
