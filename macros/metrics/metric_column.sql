{#- A metric of a unit and window; null in a basis that the metric is not analysed in.

    Args: table (str), metric (dict, from the lock), bases (list, those of the period)
-#}
{% macro metric_column(table, metric, bases) -%}
    {%- if metric.bases | sort == bases | sort -%}
        {{ table }}.{{ metric.name }}
    {%- else -%}
        case when e.analysis_basis in ('{{ metric.bases | join("', '") }}') then {{ table }}.{{ metric.name }} end
    {%- endif -%}
{%- endmacro %}
