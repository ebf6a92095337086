{#- What stands before every query: which node of which run it belongs to, and which experiment.

    On BigQuery each entry is a label of the job, too: INFORMATION_SCHEMA.JOBS tells what an experiment
    cost. Models and tests of an experiment lie in its folder.

    Args: node (the node being run; none between nodes)
    Returns: str, a JSON object
-#}
{% macro query_comment(node) %}
    {%- set said = {'app': 'dbt', 'dbt_version': dbt_version, 'target_name': target.name} -%}
    {%- if node -%}
        {%- do said.update({'node_id': node.unique_id}) -%}
        {%- if node.fqn | length > 2 and node.fqn[1] == 'experiments' -%}
            {%- do said.update({'experiment': node.fqn[2]}) -%}
        {%- endif -%}
    {%- endif -%}
    {{- return(tojson(said)) -}}
{% endmacro %}
