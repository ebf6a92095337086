{#- A subquery with the distinct values of a subquery, and how many units have each.

    Integers repeat: few of them are left to be looked at.
-#}
{% macro counted(values) -%}
(
    select window_index, analysis_basis, segment, branch, value, count(*) as units
    from {{ values | indent(4) }}
    group by window_index, analysis_basis, segment, branch, value
) as counted
{%- endmacro %}
