{#- The table of problems beside a node's table, or in the target's schema.

    Args: node (dict of dbt's graph, with database and schema; or none)
-#}
{% macro logs_relation(node=none) %}
    {{- return(api.Relation.create(
        database=node.database if node else target.database,
        schema=node.schema if node else target.schema,
        identifier='logs',
    )) -}}
{% endmacro %}
