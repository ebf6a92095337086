{#- The units, ends and sums of each bin of a series in a period.

    Args: period (str), series (dict, from the lock), metrics (dict of relations by period), length (int,
        days of a window)
-#}
{% macro series_bins(period, series, metrics, length) %}
    {%- set columns = columns_by_name(metrics[period]) -%}
    {%- set is_integer = series_is_integer(period, series, metrics) -%}
    {%- set values = series_values(period, series, columns, metrics, length) -%}
    {%- set values = counted(values) if is_integer else values %}
select
    '{{ period }}' as analysis_period,
    window_index,
    analysis_basis,
    segment,
    '{{ series.metric }}' as metric,
    '{{ series.series }}' as series,
    branch,
    bin,
    {{ 'sum(units)' if is_integer else 'count(*)' }} as units,
    min(value) as lowest,
    max(value) as highest,
    {{ position_sums('units' if is_integer) | indent(4) }}
from {{ binned_values(values, is_integer) }}
group by window_index, analysis_basis, segment, branch, bin
{%- endmacro %}
