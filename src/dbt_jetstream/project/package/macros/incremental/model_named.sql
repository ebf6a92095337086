{#- A model by its name: a dict of dbt's graph. -#}
{% macro model_named(name) %}
    {{- return(graph.nodes.values() | selectattr('resource_type', 'equalto', 'model') | selectattr('name', 'equalto', name) | first) -}}
{% endmacro %}
