{#- The CTE `reread_units`: the values of the units in bins that must be read once more.

    Args: metrics (dict of relations by period), missing (dict of windows by period), lock (dict)
-#}
{% macro reread_units(metrics, missing, lock) -%}
{%- set keys = 'window_index, analysis_basis, segment, branch, bin' -%}
reread_units as {{ stored() }} (
    select
        0 as bin_id,
        0.0 as value
    where false
    {%- for period in missing or metrics %}
        {%- set columns = columns_by_name(metrics[period]) -%}
        {%- set length = lock.periods[period].windows.length -%}
        {%- for series in lock.series if period in series.periods %}
            {%- set values = series_values(period, series, columns, metrics, length) %}
    union all
    select
        wanted_bins.bin_id,
        binned_values.value
    from {{ binned_values(values, series_is_integer(period, series, metrics)) | indent(4) }}
    inner join (
        select bin_id, {{ keys }}
        from placed_bins
        where
            is_reread
            and analysis_period = '{{ period }}'
            and metric = '{{ series.metric }}'
            and series = '{{ series.series }}'
    ) as wanted_bins
        using ({{ keys }})
        {%- endfor %}
    {%- endfor %}
)
{%- endmacro %}
