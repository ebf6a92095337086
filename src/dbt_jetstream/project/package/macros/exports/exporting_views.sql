{#- The views of statistics that an experiment exports, one a period at most.

    Args: grid (dict of dbt's graph: the completeness node)
    Returns: list of ids of nodes
-#}
{% macro exporting_views(grid) %}
    {%- set found = [] -%}
    {%- for period in dbt_jetstream.definition_of(grid).periods -%}
        {%- set name = grid.config.meta.tables.statistics ~ '_' ~ period -%}
        {%- set view = graph.nodes.get('model.' ~ grid.package_name ~ '.' ~ name) -%}
        {%- if view and dbt_jetstream.exported_kind(view) == 'statistics' -%}
            {%- do found.append(view.unique_id) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}
