{#- On-run-start: create the tables of problems that grids of completeness and the registry read, in the original's
    schema, and those of when experiments were published; and forget which of the run are settled.
-#}
{% macro create_logs() -%}
{%- if execute and flags.WHICH in ['build', 'run'] -%}
    {%- set logs, slugs = {}, {} -%}
    {%- if 'seed.' ~ project_name ~ '.registry' in selected_resources -%}
        {%- do logs.update({target.schema: dbt_jetstream.logs_relation()}) -%}
    {%- endif -%}
    {%- for id in selected_resources -%}
        {%- set node = graph.nodes.get(id) -%}
        {%- if node and node.resource_type == 'model' and node.config.meta.experiment -%}
            {%- do slugs.update({node.config.meta.experiment.slug: true}) -%}
            {%- if node.schema not in logs -%}
                {%- do logs.update({node.schema: dbt_jetstream.logs_relation(node)}) -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for relation in logs.values() -%}
        {{- dbt_jetstream.create_logs_table(relation) }}
{% endfor -%}
    {{- dbt_jetstream.forget_settled(slugs | list) -}}
{%- endif -%}
{%- endmacro %}
