{#- The windows of a period that a run computes: due, missing, and with all the telemetry that they need.

    A source that has not arrived up to a window's last date holds the window back for a later run;
    a line of the log says so.

    Args: lock (dict), client_days (dict of relations by data source), telemetry (dict of relations by
        key), exposure_days (relation or none)
    Returns: list of {index, start, end}
-#}
{% macro windows_to_compute(lock, client_days, telemetry, exposure_days) %}
    {%- set missing = windows_missing(lock.windows, lock.experiment) -%}
    {%- if not missing -%}
        {{- return([]) -}}
    {%- endif -%}
    {%- set held_back = [] -%}
    {%- for source in window_sources(lock, missing, client_days, telemetry, exposure_days) -%}
        {%- set waiting = [] -%}
        {%- for index, day in source.needed.items() if source.until is none or source.until | string < day | string -%}
            {%- do waiting.append(index) -%}
        {%- endfor -%}
        {%- if waiting -%}
            {%- set name = lock.experiment.slug ~ ', ' ~ lock.period -%}
            {%- do log_late(name ~ ': windows ' ~ waiting | join(', '), source.name, source.until) -%}
        {%- endif -%}
        {%- do held_back.extend(waiting) -%}
    {%- endfor -%}
    {{- return(missing | rejectattr('index', 'in', held_back) | list) -}}
{% endmacro %}
