{#- The locked definition of the node being compiled. Unit tests override it with one of their own.

    Returns: dict, the node's `meta`, as `jetstream sync` wrote it
-#}
{% macro definition() %}
    {{- return(model.config.meta) -}}
{% endmacro %}
