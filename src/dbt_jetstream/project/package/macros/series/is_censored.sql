{#- Whether a series or joint has a pre-treatment that needs the values of all units: a quantile of them.

    Args: item (dict, from the lock)
-#}
{% macro is_censored(item) -%}
    {%- set quantiles = ['censor_highest_values', 'censor_lowest_values'] -%}
    {{- return(item.pre_treatments | selectattr('name', 'in', quantiles) | list | length > 0) -}}
{%- endmacro %}
