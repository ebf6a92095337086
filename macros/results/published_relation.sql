{#- The table that says when what experiments export has last changed, beside their table of problems.

    Args: logs (relation)
-#}
{% macro published_relation(logs) %}
    {{- return(api.Relation.create(
        database=logs.database,
        schema=logs.schema,
        identifier='published_experiments',
    )) -}}
{% endmacro %}
