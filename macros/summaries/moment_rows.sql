{#- Moments as rows: a name and a value each.

    Args: period (str), summary (dict, from the lock), names (list of columns), query (str, a subquery)
-#}
{% macro moment_rows(period, summary, names, query) %}
select
    {{ cell_columns(period, summary.metric, summary.statistic) }},
    moment,
    case moment
    {%- for name in names %}
        when '{{ name }}' then {{ name }}
    {%- endfor %}
    end as value,
    cast(null as {{ integer_type() }}) as units
from {{ query | trim }} as branches
cross join (
    {%- for name in names %}
    select '{{ name }}' as moment
        {%- if not loop.last %}
    union all
        {%- endif %}
    {%- endfor %}
) as moments
{%- endmacro %}
