{#- A metric of a unit and window; null in a basis that the metric is not analysed in, and while it waits.

    Args: table ({name, empty, waiting}, of `metric_tables`), metric (dict, from the lock), bases (list, those of
        the period)
-#}
{% macro metric_column(table, metric, bases) -%}
    {%- set conditions = [] -%}
    {%- if metric.bases | sort != bases | sort -%}
        {%- do conditions.append("when e.analysis_basis not in ('" ~ metric.bases | join("', '") ~ "') then null") -%}
    {%- endif -%}
    {%- if table.waiting -%}
        {%- do conditions.append('when e.window_index in (' ~ table.waiting | join(', ') ~ ') then null') -%}
    {%- endif -%}
    {%- if table.empty -%}
        {%- do conditions.append('when ' ~ table.name ~ '.analysis_id is null and e.analysis_id is not null and e.branch is not null then ' ~ table.name ~ '_empty.' ~ metric.name) -%}
    {%- endif -%}
    {%- if conditions -%}
        case {{ conditions | join(' ') }} else {{ table.name }}.{{ metric.name }} end
    {%- else -%}
        {{ table.name }}.{{ metric.name }}
    {%- endif -%}
{%- endmacro %}
