{#- The tables of a data source that are asked how far they have arrived, with the names that users know.

    Where the SQL of the source does not tell the date of any of its tables, the source itself is asked.

    Args: source (dict, from the lock), telemetry (dict of relations by key)
    Returns: list of {name, source, relation, date}: what stands after FROM, and its rows' date in SQL
-#}
{% macro dated_tables(source, telemetry) %}
    {%- set found = [] -%}
    {%- for table in source.dated_tables or [] -%}
        {%- do found.append({
            'name': table.name,
            'source': source.name,
            'relation': telemetry[table.key],
            'date': dbt_jetstream.fragment(table.date),
        }) -%}
    {%- endfor -%}
    {%- set itself = {
        'name': source.name,
        'source': source.name,
        'relation': dbt_jetstream.fragment(source.from, telemetry) ~ ' as ds',
        'date': 'ds.' ~ source.date_column,
    } -%}
    {{- return(found or [itself]) -}}
{% endmacro %}
