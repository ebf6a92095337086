{#- A value after pre-treatments that need no other unit, in their order; null where one removes the unit.

    Args: value (str), pre_treatments (list), length (int, days of a window)
-#}
{% macro pre_treated(value, pre_treatments, length) -%}
    {%- set found = namespace(value=value) -%}
    {%- for treatment in pre_treatments -%}
        {%- set found.value = dbt_jetstream.pre_treatment(treatment, length, found.value) | trim -%}
    {%- endfor -%}
    {{- found.value -}}
{%- endmacro %}
