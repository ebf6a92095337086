{#- The metrics whose statistics are computed from something, in the order of the lock.

    Args: statistics (list, of the completeness node), kind (str, `sources` or `metrics`), name (str)
    Returns: list of str
-#}
{% macro metrics_of(statistics, kind, name) %}
    {%- set found = [] -%}
    {%- for statistic in statistics if name in statistic[kind] and statistic.metric not in found -%}
        {%- do found.append(statistic.metric) -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}
