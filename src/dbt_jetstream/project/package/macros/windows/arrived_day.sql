{#- Until which day a table has arrived, `last` at most; none where it has no row since `first`.

    A table may have no row on `last`: later rows say that the day is over there, too. One whose
    telemetry has ended, as the project's variable `jetstream_ended_sources` says, is never late.

    Args: table ({name, source, relation, date}, see `dated_tables`), first, last (dates)
    Returns: date or none
-#}
{% macro arrived_day(table, first, last) %}
    {%- if first > last -%}
        {{- return(none) -}}
    {%- endif -%}
    {%- set ended = var('jetstream_ended_sources', []) -%}
    {%- if table.source in ended or table.name in ended -%}
        {{- return(last) -}}
    {%- endif -%}
    {%- set newest = dbt_jetstream.newest_day(table.relation, table.date, first, last) -%}
    {%- if newest == last or last >= dbt_jetstream.as_of() -%}
        {{- return(newest) -}}
    {%- endif -%}
    {%- set next_day = last + dbt_jetstream.days(1) -%}
    {%- set later = dbt_jetstream.newest_day(table.relation, table.date, next_day, dbt_jetstream.as_of()) -%}
    {{- return(last if later is not none else newest) -}}
{% endmacro %}
