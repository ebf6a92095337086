{#- The newest window that a period's metrics hold; none where they hold none.

    Args: metrics (relation)
    Returns: int or none
-#}
{% macro newest_window(metrics) %}
    {{- return(run_query('select max(window_index) as newest from ' ~ metrics).rows[0][0]) -}}
{% endmacro %}
