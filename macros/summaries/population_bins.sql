{#- How many units a period's new windows describe, whatever their metrics: the metric `identity`.

    Args: period (str)
-#}
{% macro population_bins(period) %}
select
    '{{ period }}' as analysis_period,
    window_index,
    analysis_basis,
    segment,
    'identity' as metric,
    'units' as series,
    branch,
    0 as bin,
    count(*) as units,
    0.0 as lowest,
    0.0 as highest,
    0 as positions,
    0 as squares
from {{ period }}_units
where branch is not null
group by window_index, analysis_basis, segment, branch
{%- endmacro %}
