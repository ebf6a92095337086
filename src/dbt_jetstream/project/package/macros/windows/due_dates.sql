{#- The dates on which a period's windows are due, as the lock lists them; of an experiment without an end, those until
    now and the next.

    Args: windows (dict, from the lock)
    Returns: list of dates, the first window's first
-#}
{% macro due_dates(windows) %}
    {%- if windows.due is not defined -%}
        {%- do exceptions.raise_compiler_error(
            'the lock was written by an earlier version of dbt-jetstream; run `jetstream upgrade`'
        ) -%}
    {%- endif -%}
    {%- set dates = [] -%}
    {%- if windows.due is mapping -%}
        {%- set first = dbt_jetstream.parse_date(windows.due.first) -%}
        {%- set over = [(dbt_jetstream.as_of() - first).days // windows.due.every + 1, 0] | max -%}
        {%- for number in range(over + 1) -%}
            {%- do dates.append(first + dbt_jetstream.days(number * windows.due.every)) -%}
        {%- endfor -%}
    {%- else -%}
        {%- for date in windows.due -%}
            {%- do dates.append(dbt_jetstream.parse_date(date)) -%}
        {%- endfor -%}
    {%- endif -%}
    {{- return(dates) -}}
{% endmacro %}
