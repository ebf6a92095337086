{#- The windows that the summaries being built do not hold yet, for each period that has any.

    Args: lock (dict)
    Returns: dict of list of {index, start, end}, by period
-#}
{% macro windows_missing_by_period(lock) %}
    {%- set missing = {} -%}
    {%- for period, described in lock.periods.items() -%}
        {%- set windows = windows_missing(described.windows, lock.experiment, period) -%}
        {%- if windows -%}
            {%- do missing.update({period: windows}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(missing) -}}
{% endmacro %}
