{#- On-run-end: replace what is known of the problems of every experiment in the run, and export it.

    Each experiment's rows are deleted and written anew in one transaction. A completeness grid whose model
    was skipped, since something before it failed, is created here all the same.

    Args: results (of the run)
-#}
{% macro publish_problems(results) -%}
{%- if execute and flags.WHICH in ['build', 'run'] and not flags.EMPTY -%}
    {%- set registry = dbt_jetstream.registry_relation() -%}
    {%- set present = {} -%}
    {%- set problems = dbt_jetstream.run_problems(results) -%}
    {%- for slug, found in problems.items() if found.grid -%}
        {%- set grid = found.grid -%}
        {%- set logs = dbt_jetstream.logs_relation(grid) -%}
        {%- if grid.schema not in present -%}
            {%- do present.update({grid.schema: dbt_jetstream.tables_of_schema(grid.database, grid.schema)}) -%}
        {%- endif -%}
        {%- set tables = dbt_jetstream.grid_tables(grid, present[grid.schema]) -%}
        {%- do found.update({'tables': tables}) -%}
        {%- set selects = [dbt_jetstream.given_problems(found.rows)] -%}
        {%- if tables.statistics -%}
            {%- do selects.append(dbt_jetstream.statistics_problems(tables.statistics)) -%}
        {%- endif -%}
        {%- set trust = grid.name.replace('completeness_', 'trust_', 1) -%}
        {%- if trust in present[grid.schema] -%}
            {%- do selects.append(dbt_jetstream.trust_problems(api.Relation.create(grid.database, grid.schema, trust))) -%}
        {%- endif -%}
        {%- do selects.append(dbt_jetstream.late_problems(grid, tables, found.rows | map(attribute='func_name') | list)) -%}
        {%- if registry -%}
            {%- do selects.append(dbt_jetstream.registry_problems(registry, 'experiment = ' ~ dbt_jetstream.text_literal(slug))) -%}
        {%- endif %}
        {%- set replaced %}
{{ dbt_jetstream.create_logs_table(logs) }}
begin transaction;
delete from {{ logs }}
where experiment = {{ dbt_jetstream.text_literal(slug) }};
{{ dbt_jetstream.insert_problems(logs, dbt_jetstream.text_literal(slug), selects) }};
commit transaction;
        {%- endset %}
{{ dbt_jetstream.ended(dbt_jetstream.executed(replaced)) }}
        {%- if found.lost_grid %}
create or replace view {{ api.Relation.create(grid.database, grid.schema, grid.alias) }} as
{{ dbt_jetstream.completeness_query(dbt_jetstream.definition_of(grid), tables) }};
        {%- endif %}
    {%- endfor -%}
    {%- if registry and 'seed.' ~ project_name ~ '.registry' in (results | map(attribute='node.unique_id') | list) %}
{{ dbt_jetstream.publish_registry(registry, problems | list) }}
    {%- endif %}
    {#- storage may be out of reach: by then the tables are written -#}
    {%- for slug, found in problems.items() if found.grid and not found.grid.config.meta.is_private %}
        {%- set logs, statistics = dbt_jetstream.logs_relation(found.grid), dbt_jetstream.model_named(found.grid.config.meta.tables.statistics) -%}
        {%- set is_exported = dbt_jetstream.exporting_views(found.grid) | reject('in', found.done) | list | length == 0 %}
        {%- if found.tables.statistics %}
{{ dbt_jetstream.ended(dbt_jetstream.executed(dbt_jetstream.note_published(statistics, logs, is_exported))) }}
        {%- endif %}
{{ dbt_jetstream.ended(dbt_jetstream.export_errors(logs, slug)) }}
        {%- if found.tables.statistics %}
{{ dbt_jetstream.ended(dbt_jetstream.export_metadata(statistics)) }}
        {%- endif %}
    {%- endfor -%}
    {#- last: whatever fails before leaves the experiments to the next run -#}
    {%- for slug, inputs in dbt_jetstream.settling(problems).items() %}
{{ dbt_jetstream.settle(problems[slug].grid, problems[slug].tables, inputs) }}
    {%- endfor -%}
{%- endif -%}
{%- endmacro %}
