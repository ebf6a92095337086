{#- The views of statistics that an experiment exports.

    Args: grid (dict of dbt's graph: the completeness node)
    Returns: list of ids of nodes
-#}
{% macro exporting_views(grid) %}
    {%- set found = [] -%}
    {%- for node in graph.nodes.values() if node.config.meta.experiment -%}
        {%- if node.config.meta.experiment.slug == grid.config.meta.experiment.slug and exported_kind(node) == 'statistics' -%}
            {%- do found.append(node.unique_id) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}
