{#- A subquery whose `value` has had pre-treatments, in their order; null where one removes the unit.

    Each pre-treatment is a select around the one before, of the units that it left.

    Args: query (str, a subquery with a column `value`), pre_treatments (list), length (int, days of a window),
        more (str, one more column)
-#}
{% macro treated(query, pre_treatments, length, more=none) -%}
    {%- set treated = namespace(query=query) -%}
    {%- for treatment in pre_treatments -%}
        {%- set treated.query -%}
(
    select
        window_index,
        analysis_basis,
        segment,
        branch,
        {{ pre_treatment(treatment, length) | trim }} as value{{ ',\n        ' ~ more if more }}
    from {{ treated.query | indent(4) }}
    where value is not null
) as treated
        {%- endset -%}
    {%- endfor -%}
    {{- treated.query -}}
{%- endmacro %}
