{#- What the enrollments are made from and can be late: the event tables, the signal's and segments' tables.

    A custom enrollment query has no date column that is known, and telemetry of Firefox before 109
    may have ended: neither can be late.

    Args: lock (dict), telemetry (dict of relations by key)
    Returns: list of {name, source, relation, date, first, last}; dates, inclusive
-#}
{% macro enrollment_tables(lock, telemetry) %}
    {%- set start = dbt_jetstream.parse_date(lock.experiment.start_date) -%}
    {%- set end = dbt_jetstream.parse_date(lock.experiment.last_enrollment_date) -%}
    {%- set type = lock.enrollment.query_type -%}
    {%- set names = {} -%}
    {%- for table in lock.dated_tables or [] -%}
        {%- do names.update({table.key: table.name}) -%}
    {%- endfor -%}
    {%- set found = [] -%}
    {%- for role, table in lock.enrollment.tables.items() if table in telemetry and role != 'background_pings' -%}
        {%- set is_daily = role == 'events' and type in ('normandy', 'background-update') -%}
        {%- do found.append({
            'name': names.get(table, table),
            'source': table,
            'relation': telemetry[table],
            'date': 'submission_date' if is_daily else 'date(submission_timestamp)',
            'first': start,
            'last': end,
        }) -%}
    {%- endfor -%}
    {%- set sources = [] -%}
    {%- for source in lock.segment_sources -%}
        {%- set first, last = start + dbt_jetstream.days(source.window_start), end + dbt_jetstream.days([source.window_end, 0] | min) -%}
        {%- do sources.append(dict(source, name=source.data_source, first=first, last=last)) -%}
    {%- endfor -%}
    {%- if lock.exposure_signal and not lock.exposure_signal.is_left_out -%}
        {%- set dates = dbt_jetstream.exposure_dates(lock.exposure_signal, lock.experiment, {'start': 0, 'end': 0}) -%}
        {%- do sources.append(dict(lock.exposure_signal, **dates)) -%}
    {%- endif -%}
    {%- for source in sources if source.first <= source.last -%}
        {%- for table in dbt_jetstream.dated_tables(source, telemetry) -%}
            {%- do found.append(dict(table, first=source.first, last=source.last)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}
