{#- How many units a period's new windows describe, whatever their metrics: the metric `identity`.

    Args: period (str)
-#}
{% macro population_counts(period) %}
select
    {{ cell_columns(period, 'identity', 'count') }},
    cast(null as {{ dbt.type_string() }}) as moment,
    cast(null as {{ float_type() }}) as value,
    count(*) as units
from {{ period }}_units
where branch is not null
group by window_index, analysis_basis, segment, branch
{%- endmacro %}
