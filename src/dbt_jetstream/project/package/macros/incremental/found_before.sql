{#- What has been looked up about the table being built, as it was before the run: once for each model.

    `graph` lives as long as the process, where `model` is made anew for compiling and for running; a
    process may hold several runs.

    Returns: dict, to read and to add to
-#}
{% macro found_before() %}
    {{- return(dbt_jetstream.noted_in_run(graph.nodes.get(model.unique_id, model))) -}}
{% endmacro %}
