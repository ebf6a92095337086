{#- What a node exports when it is built, or at the end of the run: statistics, metadata, trust or errors.

    Args: node (dict of dbt's graph)
    Returns: str, none where it exports nothing
-#}
{% macro exported_kind(node) %}
    {%- set hooks = node.config['post-hook'] | map(attribute='sql') | join -%}
    {%- for kind in ['statistics', 'trust'] if 'export_' ~ kind ~ '()' in hooks -%}
        {{- return(kind) -}}
    {%- endfor -%}
    {%- set grid = dbt_jetstream.grid_of(node) if node.config.meta.experiment else none -%}
    {%- if not grid or grid.config.meta.is_private -%}
        {{- return(none) -}}
    {%- endif -%}
    {{- return({grid.alias: 'errors', grid.config.meta.tables.statistics: 'metadata'}.get(node.alias)) -}}
{% endmacro %}
