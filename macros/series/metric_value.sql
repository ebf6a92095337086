{#- A metric of a unit as a floating-point number.

    Args: table (str, the alias of the metrics table), metric (str), period (str, of that table), metrics
        (dict of relations by period)
-#}
{% macro metric_value(table, metric, period, metrics) -%}
    {{- as_float(table ~ '.' ~ metric, columns_by_name(metrics[period])[metric]) -}}
{%- endmacro %}
