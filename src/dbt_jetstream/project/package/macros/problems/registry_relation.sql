{#- The seed that says what became of every experiment; none where it has never been loaded. -#}
{% macro registry_relation() %}
    {%- set seed = graph.nodes.get('seed.' ~ project_name ~ '.registry') -%}
    {{- return(adapter.get_relation(seed.database, seed.schema, seed.alias) if seed else none) -}}
{% endmacro %}
