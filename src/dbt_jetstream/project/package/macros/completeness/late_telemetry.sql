{#- What was late when enrollments and windows were computed, as their tables say.

    Tables of earlier versions get the column with their next new rows.

    Args: tables (dict, see `completeness_query`: enrollments, metrics), database (str), schema (str)
    Returns: {windows, enrollments}: a list of {period, window, source, tables, until, since, is_waiting}, of each
        window and data source; a text, or none where nothing was late
-#}
{% macro late_telemetry(tables, database, schema) %}
    {%- set late = {'windows': [], 'enrollments': none} -%}
    {%- set having = dbt_jetstream.tables_with_column(database, schema, 'late_telemetry') -%}
    {%- set selects = [] -%}
    {%- for period, relation in tables.metrics.items() if relation and relation.identifier in having -%}
        {%- do selects.append('select ' ~ dbt_jetstream.text_literal(period) ~ ' as analysis_period, window_index, absent_sources, late_telemetry from ' ~ relation) -%}
    {%- endfor -%}
    {%- if tables.enrollments and tables.enrollments.identifier in having -%}
        {%- do selects.append("select 'enrollments' as analysis_period, 0 as window_index, '' as absent_sources, late_telemetry from " ~ tables.enrollments) -%}
    {%- endif -%}
    {%- if not selects -%}
        {{- return(late) -}}
    {%- endif -%}
    {%- set query -%}
select distinct analysis_period, window_index, absent_sources, late_telemetry
from (
    {{ selects | join('\n    union all\n    ') }}
) as windows
where late_telemetry is not null
order by analysis_period, window_index
    {%- endset -%}
    {%- for period, window, absent, found in run_query(query).rows -%}
        {%- if period == 'enrollments' -%}
            {%- do late.update({'enrollments': found}) -%}
        {%- else -%}
            {%- for source, about in fromjson(found).items() -%}
                {%- do late.windows.append(dict(about, period=period, window=window | int, source=source, is_waiting=source in absent.split(','))) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(late) -}}
{% endmacro %}
