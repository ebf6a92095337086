{#- On-run-start: create the tables of problems that grids of completeness and the registry read, in the original's schema. -#}
{% macro create_logs() -%}
{%- if execute and flags.WHICH in ['build', 'run'] -%}
    {%- set tables = [] -%}
    {%- if 'seed.' ~ project_name ~ '.registry' in selected_resources -%}
        {%- do tables.append(create_logs_table(logs_relation())) -%}
    {%- endif -%}
    {%- for id in selected_resources -%}
        {%- set node = graph.nodes.get(id) -%}
        {%- if node and node.resource_type == 'model' and node.config.meta.experiment -%}
            {%- do tables.append(create_logs_table(logs_relation(node))) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- tables | unique | join('\n') -}}
{%- endif -%}
{%- endmacro %}
