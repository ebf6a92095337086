{#- The sources of a period's windows whose telemetry is not all there, with a line of the log for each.

    Their metrics wait until `wait_ends`; after it they are computed from what there is.

    Args: windows (list of {index, start, end, due}: those to compute), lock (dict), client_days (dict of relations
        by data source), telemetry (dict of relations by key), exposure_days (relation or none)
    Returns: list of {name, tables, until, since, waiting, short}: the names of its tables; the last day that
        has been read or has arrived, or none; the first that was asked for; the windows, by index, that
        wait for it, and those that are computed all the same
-#}
{% macro late_sources(windows, lock, client_days, telemetry, exposure_days) %}
    {%- set found = [] -%}
    {%- for source in (dbt_jetstream.window_sources(windows, lock, client_days, telemetry, exposure_days) if windows else []) -%}
        {%- set late = dict(source, waiting=[], short=[]) -%}
        {%- for window in windows -%}
            {%- set needed = source.needed.get(window.index) -%}
            {%- if needed and (source.until is none or source.until | string < needed | string) -%}
                {%- set end = dbt_jetstream.wait_ends(window.due) -%}
                {%- do (late.waiting if dbt_jetstream.as_of() < end else late.short).append(window.index) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- if late.waiting or late.short -%}
            {%- do found.append(late) -%}
            {%- do dbt_jetstream.log_late(late, lock) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}
