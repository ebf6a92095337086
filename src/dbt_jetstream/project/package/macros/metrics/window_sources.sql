{#- What a period's windows are computed from, and until which day each has been read or has arrived.

    Args: windows (list of {index, start, end}, not empty), lock (dict), client_days (dict of relations by
        data source), telemetry (dict of relations by key), exposure_days (relation or none)
    Returns: list of {name, tables, until, since, needed}: the names of its tables; a date or none; the first
        day that was asked for; by window index the last date needed
-#}
{% macro window_sources(windows, lock, client_days, telemetry, exposure_days) %}
    {%- set needed, exposures_needed = {}, {} -%}
    {%- for window in windows -%}
        {%- do needed.update({window.index: dbt_jetstream.last_day_of(window.end, lock.experiment)}) -%}
        {%- if exposure_days -%}
            {%- set dates = dbt_jetstream.exposure_dates(lock.exposure_signal, lock.experiment, window) -%}
            {%- do exposures_needed.update({window.index: dates.last} if dates.first <= dates.last else {}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set since = dbt_jetstream.window_days(windows, lock.experiment).first -%}
    {%- set found = [] -%}
    {%- for source in lock.data_sources -%}
        {%- set about = {'name': source.name, 'since': since, 'needed': needed} -%}
        {%- if source.daily_metrics -%}
            {%- set until = dbt_jetstream.read_until(client_days[source.name]) -%}
            {%- do found.append(dict(about, until=until, tables=dbt_jetstream.table_names(source))) -%}
        {#- client days hold no day that has not arrived: they answer for the telemetry, too -#}
        {%- elif source.direct_metrics -%}
            {%- do found.append(dict(about, **dbt_jetstream.arrival(source, since, needed.values() | max, telemetry))) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if exposures_needed -%}
        {%- do found.append({
            'name': dbt_jetstream.exposure_signal_name(),
            'tables': dbt_jetstream.table_names(dict(lock.exposure_signal, name=dbt_jetstream.exposure_signal_name())),
            'until': dbt_jetstream.read_until(exposure_days),
            'since': since,
            'needed': exposures_needed,
        }) -%}
    {%- endif -%}
    {{- return(found) -}}
{% endmacro %}
