{#- Export what is built of experiments, and build nothing: after storage was out of reach, or after dbt has run
    without this project's package.

    Args: slugs (list; all experiments of the project where it is empty)
    Returns (rendered): a query for what it did, with the columns experiment, table_name, is_built
-#}
{% macro export_built(slugs=[]) -%}
{%- if execute -%}
    {%- set rows, present = [], {} -%}
    {#- the last tells when the others have changed -#}
    {%- set exported, order = [], ['statistics', 'trust', 'errors', 'metadata'] -%}
    {%- for node in graph.nodes.values() | sort(attribute='name') if node.config.meta.experiment -%}
        {%- set slug, kind = node.config.meta.experiment.slug, dbt_jetstream.exported_kind(node) -%}
        {%- if kind and (slug in slugs or not slugs) -%}
            {%- do exported.append([order.index(kind), slug, node, kind]) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for _, slug, node, kind in exported | sort(attribute='0') -%}
        {%- if node.schema not in present -%}
            {%- do present.update({node.schema: dbt_jetstream.tables_of_schema(node.database, node.schema)}) -%}
            {%- if present[node.schema] -%}
                {%- do run_query(dbt_jetstream.create_logs_table(dbt_jetstream.logs_relation(node))) -%}
            {%- endif -%}
        {%- endif -%}
        {%- set is_built = node.alias in present[node.schema] -%}
        {%- set statistics = dbt_jetstream.model_named(node.config.meta.tables.statistics) if kind == 'errors' else none -%}
        {%- if statistics and statistics.alias in present[node.schema] -%}
            {%- do run_query(dbt_jetstream.note_published(statistics, dbt_jetstream.logs_relation(node))) -%}
        {%- endif -%}
        {%- set statement = dbt_jetstream.export_of(node, kind) if is_built else '' -%}
        {%- if statement | trim -%}
            {%- do run_query(statement) -%}
        {%- endif -%}
        {%- do rows.append([slug, node.alias, is_built]) -%}
    {%- endfor -%}
    {%- set columns = ['experiment', 'table_name', 'is_built'] -%}
select
    {{ columns | join(',\n    ') }}
from {{ dbt_jetstream.literal_rows('exported', columns, rows) }}
{%- endif -%}
{%- endmacro %}
