{#- The earlier periods whose metrics adjust those of a period.

    Args: period (str), lock (dict)
    Returns: list of str
-#}
{% macro covariate_periods(period, lock) %}
    {%- set found = [] -%}
    {%- for series in lock.series if series.joint and period in series.periods -%}
        {%- set earlier = series.joint.period if series.joint.role == 'covariate' -%}
        {%- if earlier and earlier not in found -%}
            {%- do found.append(earlier) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}
