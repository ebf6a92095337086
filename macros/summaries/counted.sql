{#- A subquery with the distinct values of a subquery's units, and how many have each. -#}
{% macro counted(values) -%}
(
    select window_index, analysis_basis, segment, branch, value, count(*) as units
    from {{ values | indent(4) }}
    group by 1, 2, 3, 4, 5
) as counted
{%- endmacro %}
