{#- A subquery with one metric's value of every unit that has one, as a number.

    Args: units (str, a CTE or subquery), metric (str), column (Column), more (str, one more column)
-#}
{% macro unit_values(units, metric, column, more=none) -%}
(
    select
        window_index,
        analysis_basis,
        segment,
        branch,
        {{ as_float(metric, column) }} as value{{ ',
        ' ~ more if more }}
    from {{ units | indent(4) }}
    where {{ metric }} is not null and branch is not null
) as unit_values
{%- endmacro %}
