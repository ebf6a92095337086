{#- A statement that exports what a node exports when it is built, from the table that is there.

    Args: node (dict of dbt's graph), kind (str, as exported_kind returns it)
-#}
{% macro export_of(node, kind) -%}
    {%- set table = api.Relation.create(node.database, node.schema, node.alias) -%}
    {%- if kind == 'statistics' -%}
        {{- dbt_jetstream.export_statistics(table) -}}
    {%- elif kind == 'metadata' -%}
        {{- dbt_jetstream.export_metadata(node) -}}
    {%- elif kind == 'trust' -%}
        {{- dbt_jetstream.export_trust(table) -}}
    {%- elif kind == 'errors' -%}
        {{- dbt_jetstream.export_errors(dbt_jetstream.logs_relation(node), node.config.meta.experiment.slug) -}}
    {%- endif -%}
{%- endmacro %}
