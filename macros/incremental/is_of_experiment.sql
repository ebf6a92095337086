{#- Whether the model that is built is of an experiment: of no other does this package change what dbt does.

    Returns: bool
-#}
{% macro is_of_experiment() %}
    {{- return('definition_hash' in (model.config.get('meta') or {})) -}}
{% endmacro %}
