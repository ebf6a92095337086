{#- Positions in [0, 1] are summed as integers in these units: 10^8 of them stay below 2^63. -#}
{% macro position_units() -%}
    68719476736.0
{%- endmacro %}
