{#- The CTE `sanity_<period>`: by window and branch, in how many units each sanity column holds.

    Args: period (str), columns (list of {data_source, metric}), metrics (relation)
-#}
{% macro sanity_of_period(period, columns, metrics) -%}
sanity_{{ period }} as {{ stored() }} (
    select
        window_index,
        max(window_index) over () as newest_window,
        branch,
        {%- for column in columns %}
        count({{ column.metric }}) as units_{{ loop.index }},
        cast(sum(case when {{ column.metric }} then 1 else 0 end) as {{ integer_type() }}) as found_{{ loop.index }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ metrics }}
    where analysis_basis = 'enrollments'
    group by window_index, branch
)
{%- endmacro %}
