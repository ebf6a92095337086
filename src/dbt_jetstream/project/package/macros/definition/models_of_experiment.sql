{#- The models of an experiment that say what others look up.

    Args: node (dict of dbt's graph: any model of the experiment)
    Returns: {enrollments, client_days, metrics, pieces, statistics}: dicts of dbt's graph; those of client days by data
        source, of metrics by period
-#}
{% macro models_of_experiment(node) %}
    {%- set prefix = 'model.' ~ node.package_name ~ '.' -%}
    {%- set slug = dbt_jetstream.normalised(node.config.meta.experiment.slug) -%}
    {%- set tables = graph.nodes[prefix ~ 'completeness_' ~ slug].config.meta.tables -%}
    {%- set found = {'client_days': {}, 'metrics': {}, 'pieces': graph.nodes[prefix ~ 'pieces_' ~ slug]} -%}
    {%- for kind in ['enrollments', 'statistics'] -%}
        {%- do found.update({kind: graph.nodes[prefix ~ tables[kind]]}) -%}
    {%- endfor -%}
    {%- for kind in ['client_days', 'metrics'] -%}
        {%- for key, name in tables[kind].items() -%}
            {%- do found[kind].update({key: graph.nodes[prefix ~ name]}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}
