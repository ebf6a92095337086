{#- Sums of positions and of their squares, as integers: the order of the units cannot matter.

    Args: units (str, a column with the units of each row, where they are counted)
-#}
{% macro position_sums(units=none) -%}
    {%- set times = units ~ ' * ' if units else '' -%}
sum({{ times }}cast(round(position * {{ dbt_jetstream.position_units() }}) as {{ dbt_jetstream.integer_type() }})) as positions,
sum({{ times }}cast(round(position * position * {{ dbt_jetstream.position_units() }}) as {{ dbt_jetstream.integer_type() }})) as squares
{%- endmacro %}
