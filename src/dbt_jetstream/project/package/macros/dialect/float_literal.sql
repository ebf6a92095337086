{#- A floating-point number that SQL has no literal for: inf, -inf or nan. -#}
{% macro float_literal(text) -%}
    cast('{{ text }}' as {{ dbt_jetstream.float_type() }})
{%- endmacro %}
