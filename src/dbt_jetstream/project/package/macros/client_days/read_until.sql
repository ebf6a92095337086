{#- The last telemetry day that a table of days has read; none where it has read none.

    Args: days (relation: client days or exposure days, with their marker rows)
    Returns: date or none
-#}
{% macro read_until(days) %}
    {{- return(run_query('select max(submission_date) as last_day from ' ~ days).rows[0][0]) -}}
{% endmacro %}
