{#- The model that a relation is the table of: a dict of dbt's graph. -#}
{% macro node_of(relation) %}
    {{- return(dbt_jetstream.model_named(relation.identifier)) -}}
{% endmacro %}
