{#- Whether any values depend on a quantile, which each segment has of its own.

    Args: lock (dict)
-#}
{% macro has_censored(lock) -%}
    {%- set found = [] -%}
    {%- for item in lock.series + lock.joint if dbt_jetstream.is_censored(item) -%}
        {%- do found.append(item) -%}
    {%- endfor -%}
    {{- return(found | length > 0) -}}
{%- endmacro %}
