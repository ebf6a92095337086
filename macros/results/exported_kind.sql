{#- What a node exports when it is built, or at the end of the run: statistics, metadata, trust or errors.

    Args: node (dict of dbt's graph)
    Returns: str, none where it exports nothing
-#}
{% macro exported_kind(node) %}
    {%- set hooks = node.config['post-hook'] | map(attribute='sql') | join -%}
    {%- for kind in ['statistics', 'metadata', 'trust'] if 'export_' ~ kind ~ '()' in hooks -%}
        {{- return(kind) -}}
    {%- endfor -%}
    {%- set is_grid = node.name.startswith('completeness_') and not node.config.meta.is_private -%}
    {{- return('errors' if is_grid else none) -}}
{% endmacro %}
