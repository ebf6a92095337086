{#- The columns of the table being built, as they were before the run.

    Looked up once for each model: dbt takes longer to ask than the database to answer. `graph` lives as
    long as the run, where `model` is made anew for compiling and for running.

    Returns: list of names
-#}
{% macro columns_before() %}
    {%- set kept = graph.nodes.get(model.unique_id, model) -%}
    {%- if kept.get('_columns_before', {}).get('run') != invocation_id -%}
        {%- do kept.update({'_columns_before': {'run': invocation_id, 'names': columns_by_name(this) | list}}) -%}
    {%- endif -%}
    {{- return(kept['_columns_before'].names) -}}
{% endmacro %}
