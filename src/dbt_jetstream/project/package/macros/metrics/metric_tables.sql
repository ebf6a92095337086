{#- The CTEs that hold a period's metrics, by data source and path.

    Args: sources (list of dict, from the lock), late (list, see `late_sources`)
    Returns: list of {name, metrics, empty, waiting}: `empty` says what windows without telemetry have: `row`, the
        same metrics for all units; `rows`, metrics by unit and window; none, `name` has them; the windows
        that `waiting` lists, by index, have no metrics yet
-#}
{% macro metric_tables(sources, late) %}
    {%- set tables = [] -%}
    {%- for source in sources -%}
        {%- set waiting = dbt_jetstream.waiting_windows(source.name, late) -%}
        {%- if source.daily_metrics -%}
            {%- do tables.append({
                'name': source.name,
                'metrics': source.daily_metrics,
                'empty': 'rows' if dbt_jetstream.depends_on_unit(source) else 'row',
                'waiting': waiting,
            }) -%}
        {%- endif -%}
        {%- if source.direct_metrics -%}
            {%- do tables.append({
                'name': source.name ~ '_direct',
                'metrics': source.direct_metrics,
                'empty': none if dbt_jetstream.reads_enrollments(source.direct_metrics) else 'row',
                'waiting': waiting,
            }) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(tables) -}}
{% endmacro %}
