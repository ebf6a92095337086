{#- Whether any metric's expression over combined parts reads a column of the enrolled unit, `e`.

    Args: metrics (list of dict, from the lock)
    Returns: bool
-#}
{% macro reads_enrollments(metrics) %}
    {%- set found = namespace(any=false) -%}
    {%- for metric in metrics if modules.re.search('\\be\\.', dbt_jetstream.fragment(metric.sql)) -%}
        {%- set found.any = true -%}
    {%- endfor -%}
    {{- return(found.any) -}}
{% endmacro %}
