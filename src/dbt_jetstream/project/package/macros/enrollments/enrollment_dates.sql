{#- The first and the last enrollment date, as the two ends of a BETWEEN. -#}
{% macro enrollment_dates(experiment) -%}
    date '{{ experiment.start_date }}' and date '{{ experiment.last_enrollment_date }}'
{%- endmacro %}
