{#- What a problem says of itself, all text; a table of problems adds when and in which experiment.

    Returns: list of str
-#}
{% macro problem_columns() %}
    {{- return(dbt_jetstream.log_columns() | reject('in', ['source', 'experiment', 'exception']) | list) -}}
{% endmacro %}
