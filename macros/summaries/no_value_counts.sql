{#- No rows, in the form of value counts: for a period whose statistics are all left out. -#}
{% macro no_value_counts(period) -%}
select
    '{{ period }}' as analysis_period,
    window_index,
    analysis_basis,
    segment,
    '' as metric,
    '' as statistic,
    branch,
    0.0 as drop_highest,
    cast(null as {{ float_type() }}) as value,
    0 as units
from {{ period }}_units
where false
{%- endmacro %}
