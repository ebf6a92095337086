{#- Export what is built of experiments, and build nothing: after storage was out of reach, or after dbt has run
    without this project's package.

    Args: slugs (list; all experiments of the project where it is empty)
    Returns (rendered): a query for what it did, with the columns experiment, table_name, is_built
-#}
{% macro export_built(slugs=[]) -%}
{%- if execute -%}
    {%- set rows, present = [], {} -%}
    {%- set exported = [] -%}
    {%- for node in graph.nodes.values() | sort(attribute='name') if node.config.meta.experiment -%}
        {%- set slug, kind = node.config.meta.experiment.slug, exported_kind(node) -%}
        {%- if kind and (slug in slugs or not slugs) -%}
            {%- do exported.append([kind == 'metadata', slug, node, kind]) -%}
        {%- endif -%}
    {%- endfor -%}
    {#- metadata last: its time tells that the others are there -#}
    {%- for _, slug, node, kind in exported | sort(attribute='0') -%}
        {%- if not present -%}
            {%- do run_query(create_published_table()) -%}
        {%- endif -%}
        {%- if node.schema not in present -%}
            {%- do present.update({node.schema: tables_of_schema(node.database, node.schema)}) -%}
        {%- endif -%}
        {%- set is_built = node.alias in present[node.schema] -%}
        {%- if is_built and kind == 'metadata' -%}
            {%- do run_query(note_published(node, logs_relation(node))) -%}
        {%- endif -%}
        {%- set statement = export_of(node, kind) if is_built else '' -%}
        {%- if statement | trim -%}
            {%- do run_query(statement) -%}
        {%- endif -%}
        {%- do rows.append([slug, node.alias, is_built]) -%}
    {%- endfor -%}
    {%- set columns = ['experiment', 'table_name', 'is_built'] -%}
select
    {{ columns | join(',\n    ') }}
from {{ literal_rows('exported', columns, rows) }}
{%- endif -%}
{%- endmacro %}
