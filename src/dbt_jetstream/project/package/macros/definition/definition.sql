{#- The locked definition of the node being compiled. Unit tests override it with one of their own.

    Returns: dict, see `definition_of`
-#}
{% macro definition() %}
    {{- return(dbt_jetstream.definition_of(model)) -}}
{% endmacro %}
