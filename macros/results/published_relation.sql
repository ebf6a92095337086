{#- The table that says when what an experiment exports has last changed. -#}
{% macro published_relation() %}
    {{- return(api.Relation.create(
        database=target.database,
        schema=target.schema,
        identifier='published_experiments',
    )) -}}
{% endmacro %}
