{#- A subquery with the distinct values of a metric after its pre-treatments, and their units.

    Each pre-treatment is a select around the one before. A value that one removes becomes null.

    Args: units (str, a CTE), summary (dict, from the lock), column (Column), length (int, days of a window)
-#}
{% macro treated_value_counts(units, summary, column, length) -%}
    {%- set keys = 'window_index, analysis_basis, segment, branch' -%}
    {%- set query = namespace(sql='') -%}
    {%- set query.sql -%}
(
    select {{ keys }}, {{ as_float(summary.metric, column) }} as value, count(*) as units
    from {{ units }}
    where {{ summary.metric }} is not null and branch is not null
    group by 1, 2, 3, 4, 5
) as counted
    {%- endset -%}
    {%- for treatment in summary.pre_treatments -%}
        {%- set query.sql -%}
(
    select {{ keys }}, {{ pre_treatment(treatment, length) }} as value, units
    from {{ query.sql | indent(4) }}
) as treated
        {%- endset -%}
    {%- endfor -%}
    {{- query.sql -}}
{%- endmacro %}
