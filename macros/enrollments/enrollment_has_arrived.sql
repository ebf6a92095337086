{#- Whether all telemetry that the enrollments are made from has arrived; a line of the log says what has not.

    Args: lock (dict), telemetry (dict of relations by key)
    Returns: bool
-#}
{% macro enrollment_has_arrived(lock, telemetry) %}
    {%- set late = [] -%}
    {%- for source in enrollment_sources(lock, telemetry) -%}
        {%- set until = arrived_day(source, source.first, source.last) -%}
        {%- if until is none or until < source.last -%}
            {%- do late.append(source.name) -%}
            {%- do log_late(lock.experiment.slug ~ ': enrollments', source.name, until) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(not late) -}}
{% endmacro %}
