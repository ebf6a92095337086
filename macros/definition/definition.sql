{#- The locked definition of the node being compiled; in a unit test, of the model under test.

    Returns: dict, the node's `meta`, as `jetstream sync` wrote it
-#}
{% macro definition() %}
    {%- set tested = model.get('tested_node_unique_id') -%}
    {%- set node = graph.nodes[tested] if tested else model -%}
    {{- return(node.config.meta) -}}
{% endmacro %}
