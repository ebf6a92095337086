{#- A metric of a unit as a floating-point number; of what is no number, 0, so that units with a value are counted.

    Args: table (str, the alias of the metrics table), metric (str), period (str, of that table), lock (dict,
        see `with_columns`)
-#}
{% macro metric_value(table, metric, period, lock) -%}
    {%- set column = lock.columns[period][metric] -%}
    {%- if dbt_jetstream.no_number(column) -%}
        case when {{ table }}.{{ metric }} is not null then {{ dbt_jetstream.float_literal('0') }} end
    {%- else -%}
        {{- dbt_jetstream.as_float(table ~ '.' ~ metric, column) -}}
    {%- endif -%}
{%- endmacro %}
