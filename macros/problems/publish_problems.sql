{#- On-run-end: replace what is known of the problems of every experiment in the run, and export it.

    Each experiment's rows are deleted and written anew in one transaction. A completeness grid whose model
    was skipped, since something before it failed, is created here all the same.

    Args: results (of the run)
-#}
{% macro publish_problems(results) -%}
{%- if execute and flags.WHICH in ['build', 'run'] and not flags.EMPTY -%}
    {%- set registry = registry_relation() -%}
    {%- set present = {} -%}
    {%- set problems = run_problems(results) -%}
    {%- for slug, found in problems.items() if found.grid -%}
        {%- set grid = found.grid -%}
        {%- set logs = logs_relation(grid) -%}
        {%- if grid.schema not in present -%}
            {%- do present.update({grid.schema: tables_of_schema(grid.database, grid.schema)}) -%}
        {%- endif -%}
        {%- set tables = grid_tables(grid, present[grid.schema]) -%}
        {%- do found.update({'tables': tables}) -%}
        {%- set selects = [given_problems(found.rows)] -%}
        {%- if tables.statistics -%}
            {%- do selects.append(statistics_problems(tables.statistics)) -%}
        {%- endif -%}
        {%- set trust = grid.name.replace('completeness_', 'trust_', 1) -%}
        {%- if trust in present[grid.schema] -%}
            {%- do selects.append(trust_problems(api.Relation.create(grid.database, grid.schema, trust))) -%}
        {%- endif -%}
        {%- do selects.append(late_problems(grid, tables, found.rows | map(attribute='func_name') | list)) -%}
        {%- if registry -%}
            {%- do selects.append(registry_problems(registry, 'experiment = ' ~ text_literal(slug))) -%}
        {%- endif %}
        {%- set replaced %}
{{ create_logs_table(logs) }}
begin transaction;
delete from {{ logs }}
where experiment = {{ text_literal(slug) }};
{{ insert_problems(logs, text_literal(slug), selects) }};
commit transaction;
        {%- endset %}
{{ ended(executed(replaced)) }}
        {%- if found.lost_grid %}
create or replace view {{ api.Relation.create(grid.database, grid.schema, grid.alias) }} as
{{ completeness_query(definition_of(grid), tables) }};
        {%- endif %}
    {%- endfor -%}
    {%- if registry and 'seed.' ~ project_name ~ '.registry' in (results | map(attribute='node.unique_id') | list) %}
{{ publish_registry(registry, problems | list) }}
    {%- endif %}
    {#- storage may be out of reach: by then the tables are written -#}
    {%- for slug, found in problems.items() if found.grid and not found.grid.config.meta.is_private %}
        {%- set logs, statistics = logs_relation(found.grid), model_named(found.grid.config.meta.tables.statistics) -%}
        {%- set is_exported = exporting_views(found.grid) | reject('in', found.done) | list | length == 0 %}
        {%- if found.tables.statistics %}
{{ ended(executed(note_published(statistics, logs, is_exported))) }}
        {%- endif %}
{{ ended(export_errors(logs, slug)) }}
        {%- if found.tables.statistics %}
{{ ended(export_metadata(statistics)) }}
        {%- endif %}
    {%- endfor -%}
    {#- last: whatever fails before leaves the experiments to the next run -#}
    {%- for slug, inputs in settling(problems).items() %}
{{ settle(problems[slug].grid, problems[slug].tables, inputs) }}
    {%- endfor -%}
{%- endif -%}
{%- endmacro %}
