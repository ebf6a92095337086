{#- Whether every unit that will ever enroll has done so.

    Args: experiment (dict, from the lock)
    Returns: bool
-#}
{% macro enrollment_is_complete(experiment) %}
    {{- return(dbt_jetstream.parse_date(experiment.last_enrollment_date) <= dbt_jetstream.as_of()) -}}
{% endmacro %}
