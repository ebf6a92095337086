{#- The CTE `sanity_<period>`: by branch, in how many units each sanity column holds in a window.

    Of a data source that is read day by day, units without a row in the window are left out: the metrics say of them,
    too, that no telemetry reports the experiment. The window is named, so that BigQuery reads no partition but its own.

    Reads: sent_<n>, see `units_with_telemetry`. Makes: sanity_<period> (window_index, branch, units_<n> and found_<n> of
    each column).
    Args: period (str), columns (list of dicts, see `sanity_columns`), metrics (relation), window (dict of
        {index, start, end}), sources (list of str: the data sources of `sent_<n>`, in their order)
-#}
{% macro sanity_of_period(period, columns, metrics, window, sources) -%}
{%- set joined = columns | selectattr('is_daily') | map(attribute='data_source') | unique | list -%}
sanity_{{ period }} as {{ dbt_jetstream.stored() }} (
    select
        m.window_index,
        m.branch
        {%- for column in columns %}
        {%- set sent = 'sent_' ~ (sources.index(column.data_source) + 1) ~ '.branch is not null and ' if column.is_daily %},
        cast(sum(case when {{ sent }}m.{{ column.metric }} is not null then 1 else 0 end) as {{ dbt_jetstream.integer_type() }})
            as units_{{ loop.index }},
        cast(sum(case when {{ sent }}m.{{ column.metric }} then 1 else 0 end) as {{ dbt_jetstream.integer_type() }})
            as found_{{ loop.index }}
        {%- endfor %}
    from {{ metrics }} as m
    {%- for source in joined %}
    {%- set sent = 'sent_' ~ (sources.index(source) + 1) %}
    left join {{ sent }}
        on {{ sent }}.analysis_id = m.analysis_id
        and {{ sent }}.branch = m.branch
        and {{ sent }}.in_{{ period }}
    {%- endfor %}
    where
        m.analysis_basis = 'enrollments'
        and m.window_index = {{ window.index }}
    group by m.window_index, m.branch
)
{%- endmacro %}
