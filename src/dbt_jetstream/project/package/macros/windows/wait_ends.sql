{#- The day as of which something is computed from what telemetry there is, whatever is missing.

    Args: due (date, on which it was due)
    Returns: date
-#}
{% macro wait_ends(due) %}
    {{- return(due + dbt_jetstream.days(dbt_jetstream.wait_days())) -}}
{% endmacro %}
