{#- A data source as `arrived_day` asks for it.

    Args: source (dict, from the lock), telemetry (dict of relations by key)
    Returns: {name, relation, date}
-#}
{% macro dated_source(source, telemetry) %}
    {{- return({
        'name': source.name,
        'relation': fragment(source.from, telemetry) ~ ' as ds',
        'date': 'ds.' ~ source.date_column,
    }) -}}
{% endmacro %}
