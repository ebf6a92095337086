{#- The CTEs that hold a period's metrics, by data source and path.

    Args: sources (list of dict, from the lock)
    Returns: list of {name, metrics}
-#}
{% macro metric_tables(sources) %}
    {%- set tables = [] -%}
    {%- for source in sources -%}
        {%- if source.daily_metrics -%}
            {%- do tables.append({'name': source.name, 'metrics': source.daily_metrics}) -%}
        {%- endif -%}
        {%- if source.direct_metrics -%}
            {%- do tables.append({'name': source.name ~ '_direct', 'metrics': source.direct_metrics}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(tables) -}}
{% endmacro %}
