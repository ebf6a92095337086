{#- The metrics whose statistics are computed from something, in each of their analysis bases, in the order of the lock.

    Args: statistics (list, of the completeness node), kind (str, `sources` or `metrics`), name (str, none for all)
    Returns: list of [metric, analysis basis]
-#}
{% macro metric_bases_of(statistics, kind, name) %}
    {%- set found = [] -%}
    {%- for statistic in statistics if name is none or name in statistic[kind] -%}
        {%- for basis in statistic.bases if [statistic.metric, basis] not in found -%}
            {%- do found.append([statistic.metric, basis]) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}
