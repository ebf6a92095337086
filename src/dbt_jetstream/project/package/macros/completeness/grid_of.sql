{#- The completeness grid of the experiment that a model is of.

    Args: model (dict of dbt's graph)
    Returns: dict of dbt's graph, none where the project has no grid for it
-#}
{% macro grid_of(model) %}
    {%- set name = 'completeness_' ~ dbt_jetstream.normalised(model.config.meta.experiment.slug) -%}
    {{- return(graph.nodes.get('model.' ~ model.package_name ~ '.' ~ name)) -}}
{% endmacro %}
