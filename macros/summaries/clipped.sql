{#- A value clipped at the quantile 1 - drop_highest of a group of rows; as it is where nothing is dropped.

    Args: column (str), drop_highest (float), keys (str, what makes a group), rounded_up (bool)
-#}
{% macro clipped(column, drop_highest, keys, rounded_up=false) -%}
    {%- if drop_highest == 0 -%}
        {{ column }}
    {%- else -%}
        {%- set threshold = quantile_over(column, 1 - drop_highest, keys) -%}
        least({{ column }}, {{ 'ceil(' ~ threshold ~ ')' if rounded_up else threshold }})
    {%- endif -%}
{%- endmacro %}
