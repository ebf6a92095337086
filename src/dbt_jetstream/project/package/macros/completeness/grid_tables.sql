{#- The tables that a completeness grid reads, none in place of one that is absent.

    Args: grid (dict of dbt's graph: the completeness node), present (list of names of the schema's tables)
    Returns: dict of relations, see `completeness_query`
-#}
{% macro grid_tables(grid, present) %}
    {%- set tables = {'logs': dbt_jetstream.logs_relation(grid)} -%}
    {%- for key, named in grid.config.meta.tables.items() -%}
        {%- set found = {} -%}
        {%- for name, table in ({key: named} if named is string else named).items() -%}
            {%- set relation = api.Relation.create(grid.database, grid.schema, table) -%}
            {%- do found.update({name: relation if table in present else none}) -%}
        {%- endfor -%}
        {%- do tables.update(found if named is string else {key: found}) -%}
    {%- endfor -%}
    {%- do tables.update({'late': dbt_jetstream.late_in_run(grid, tables)}) -%}
    {{- return(tables) -}}
{% endmacro %}
