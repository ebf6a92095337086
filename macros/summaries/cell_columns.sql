{#- The columns that say what a summary row is about, of rows with a window, basis, segment and branch.

    Args: period (str), metric (str), statistic (str)
-#}
{% macro cell_columns(period, metric, statistic) -%}
    '{{ period }}' as analysis_period,
    window_index,
    analysis_basis,
    segment,
    '{{ metric }}' as metric,
    '{{ statistic }}' as statistic,
    branch
{%- endmacro %}
