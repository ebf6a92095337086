{#- The CTEs that hold a period's metrics, by data source and path.

    Args: sources (list of dict, from the lock)
    Returns: list of {name, metrics, empty}: `empty` says what windows without telemetry have: `row`, the
        same metrics for all units; `rows`, metrics by unit and window; none, `name` has them
-#}
{% macro metric_tables(sources) %}
    {%- set tables = [] -%}
    {%- for source in sources -%}
        {%- if source.daily_metrics -%}
            {%- do tables.append({
                'name': source.name,
                'metrics': source.daily_metrics,
                'empty': 'rows' if depends_on_unit(source) else 'row',
            }) -%}
        {%- endif -%}
        {%- if source.direct_metrics -%}
            {%- do tables.append({
                'name': source.name ~ '_direct',
                'metrics': source.direct_metrics,
                'empty': none if reads_enrollments(source.direct_metrics) else 'row',
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(tables) -}}
{% endmacro %}
