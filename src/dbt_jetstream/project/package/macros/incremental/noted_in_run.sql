{#- What this run has noted about a model, see `found_before`.

    Args: node (dict of dbt's graph)
    Returns: dict, to read and to add to; empty where nothing has been noted
-#}
{% macro noted_in_run(node) %}
    {%- if node.get('_found_before', {}).get('run') != invocation_id -%}
        {%- do node.update({'_found_before': {'run': invocation_id}}) -%}
    {%- endif -%}
    {{- return(node['_found_before']) -}}
{% endmacro %}
