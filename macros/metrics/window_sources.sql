{#- What a period's windows are computed from, and until which day each has been read or has arrived.

    Args: lock (dict), windows (list of {index, start, end}), client_days (dict of relations by data
        source), telemetry (dict of relations by key), exposure_days (relation or none)
    Returns: list of {name, until, needed}: a date or none, and by window index the date needed
-#}
{% macro window_sources(lock, windows, client_days, telemetry, exposure_days) %}
    {%- set day = modules.datetime.timedelta(days=1) -%}
    {%- set needed, exposures_needed = {}, {} -%}
    {%- for window in windows -%}
        {%- do needed.update({window.index: parse_date(lock.experiment.last_enrollment_date) + window.end * day}) -%}
        {%- if exposure_days -%}
            {%- set dates = exposure_dates(lock.exposure_signal, lock.experiment, window) -%}
            {%- do exposures_needed.update({window.index: dates.last} if dates.first <= dates.last else {}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set first = parse_date(lock.experiment.start_date) + (windows | map(attribute='start') | min) * day -%}
    {%- set found = [] -%}
    {%- for source in lock.data_sources -%}
        {%- if source.daily_metrics -%}
            {%- set until = read_until(client_days[source.name]) -%}
            {%- do found.append({'name': source.name, 'until': until, 'needed': needed}) -%}
        {#- client days hold no day that has not arrived: they answer for the telemetry, too -#}
        {%- elif source.direct_metrics -%}
            {%- set until = arrived_day(dated_source(source, telemetry), first, needed.values() | max) -%}
            {%- do found.append({'name': source.name, 'until': until, 'needed': needed}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if exposures_needed -%}
        {%- set until = read_until(exposure_days) -%}
        {%- do found.append({'name': 'the exposure signal', 'until': until, 'needed': exposures_needed}) -%}
    {%- endif -%}
    {{- return(found) -}}
{% endmacro %}
