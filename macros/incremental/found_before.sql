{#- What has been looked up about the table being built, as it was before the run: once for each model.

    `graph` lives as long as the process, where `model` is made anew for compiling and for running; a
    process may hold several runs.

    Returns: dict, to read and to add to
-#}
{% macro found_before() %}
<<<<<<< HEAD
    {{- return(noted_in_run(graph.nodes.get(model.unique_id, model))) -}}
=======
    {%- set node = graph.nodes.get(model.unique_id, model) -%}
    {#- a model that failed is built once more by another definition, see leaving_out.py -#}
    {%- set run = invocation_id ~ ' ' ~ model.config.get('meta', {}).get('definition_hash', '') -%}
    {%- if node.get('_found_before', {}).get('run') != run -%}
        {%- do node.update({'_found_before': {'run': run}}) -%}
    {%- endif -%}
    {{- return(node['_found_before']) -}}
>>>>>>> parts
{% endmacro %}
