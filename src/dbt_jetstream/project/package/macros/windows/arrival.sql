{#- Until which day all tables of a data source have arrived, and which of them has come least far.

    Args: source (dict, from the lock), first, last (dates), telemetry (dict of relations by key)
    Returns: {until, tables}: a date, `last` at most, or none; the names of the tables, as users know them
-#}
{% macro arrival(source, first, last, telemetry) %}
    {%- set by_day = {} -%}
    {%- for table in dbt_jetstream.dated_tables(source, telemetry) -%}
        {%- set until = dbt_jetstream.arrived_day(table, first, last) -%}
        {%- do by_day.setdefault(until, []).append(table.name) -%}
    {%- endfor -%}
    {%- set until = none if none in by_day else by_day | min -%}
    {{- return({'until': until, 'tables': by_day[until] | join(', ')}) -}}
{% endmacro %}
