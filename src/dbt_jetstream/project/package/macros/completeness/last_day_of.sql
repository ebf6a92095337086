{#- The day on which a window ends for the units that enrolled last.

    Args: end (int, the window's last day, relative to enrollment), experiment (dict, from the lock)
    Returns: date
-#}
{% macro last_day_of(end, experiment) %}
    {{- return(dbt_jetstream.parse_date(experiment.last_enrollment_date) + dbt_jetstream.days(end)) -}}
{% endmacro %}
