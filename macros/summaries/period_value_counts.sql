{#- How many units have which treated value, for every summary of a period.

    Args: period (str), metrics (relation), lock (dict)
-#}
{% macro period_value_counts(period, metrics, lock) %}
    {%- set columns = columns_by_name(metrics) -%}
    {%- set length = lock.periods[period].windows.length -%}
    {%- set chosen = [] -%}
    {%- for summary in lock.summaries if summary.form == 'values' and period in summary.periods -%}
        {%- do chosen.append(summary) -%}
    {%- endfor -%}
    {%- for summary in chosen %}
select
    {{ cell_columns(period, summary.metric, summary.statistic) }},
    {{ summary.drop_highest }} as drop_highest,
    value,
    units
from {{ treated_value_counts(period ~ '_units', summary, columns[summary.metric], length) }}
where value is not null
        {%- if not loop.last %}
union all
        {%- endif %}
    {%- else %}
{{ no_value_counts(period) }}
    {%- endfor -%}
{%- endmacro %}
