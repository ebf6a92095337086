{#- The table that says when what experiments export has last changed, beside their table of problems.

    Args: logs (relation)
-#}
{% macro published_relation(logs) %}
    {{- return(logs.incorporate(path={'identifier': 'published_experiments'})) -}}
{% endmacro %}
