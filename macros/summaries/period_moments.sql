{#- The moments of each branch, for every statistic of a period that needs no more.

    Args: period (str), metrics (dict of relations by period), lock (dict)
-#}
{% macro period_moments(period, metrics, lock) %}
    {%- set columns = columns_by_name(metrics[period]) -%}
    {%- set length = lock.periods[period].windows.length -%}
    {%- set chosen = [] -%}
    {%- for summary in lock.summaries if summary.form != 'values' and period in summary.periods -%}
        {%- do chosen.append(summary) -%}
    {%- endfor -%}
    {%- for summary in chosen %}
        {%- if summary.form == 'cross_moments' -%}
            {{- cross_moments(period, summary, columns, length) -}}
        {%- else -%}
            {{- linear_moments(period, summary, columns, metrics, length) -}}
        {%- endif -%}
        {%- if not loop.last %}
union all
        {%- endif %}
    {%- else %}
{{ no_moments(period) }}
    {%- endfor -%}
{%- endmacro %}
