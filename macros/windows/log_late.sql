{#- Say in the log what waits for which telemetry.

    Args: waiting (str), source (str), until (date or none)
-#}
{% macro log_late(waiting, source, until) %}
    {%- set state = 'which has arrived until ' ~ until if until is not none else 'of which nothing has arrived' -%}
    {%- do log(waiting ~ ' held back, waiting for ' ~ source ~ ', ' ~ state, info=True) -%}
{% endmacro %}
