{#- A metric of a unit as a floating-point number.

    Args: table (str, the alias of the metrics table), metric (str), period (str, of that table), lock (dict,
        see `with_columns`)
-#}
{% macro metric_value(table, metric, period, lock) -%}
    {{- as_float(table ~ '.' ~ metric, lock.columns[period][metric]) -}}
{%- endmacro %}
