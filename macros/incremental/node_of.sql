{#- The model that a relation is the table of: a dict of dbt's graph. -#}
{% macro node_of(relation) %}
    {{- return(graph.nodes.values() | selectattr('resource_type', 'equalto', 'model') | selectattr('name', 'equalto', relation.identifier) | first) -}}
{% endmacro %}
