{#- The CTE `sanity_<period>`: by branch, in how many units each sanity column holds in the newest window.

    The window is named, so that BigQuery reads no partition but its own.

    Args: period (str), columns (list of {data_source, metric}), metrics (relation)
-#}
{% macro sanity_of_period(period, columns, metrics) -%}
{%- set newest = newest_window(metrics) %}
sanity_{{ period }} as {{ stored() }} (
    select
        window_index,
        branch,
        {%- for column in columns %}
        count({{ column.metric }}) as units_{{ loop.index }},
        cast(sum(case when {{ column.metric }} then 1 else 0 end) as {{ integer_type() }}) as found_{{ loop.index }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ metrics }}
    where
        analysis_basis = 'enrollments'
        and window_index = {{ newest | int if newest is not none else 'null' }}
    group by window_index, branch
)
{%- endmacro %}
