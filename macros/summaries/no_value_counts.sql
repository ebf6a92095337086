{#- No rows, in the form of value counts: for a period whose statistics need none. -#}
{% macro no_value_counts(period) -%}
select
    {{ cell_columns(period, '', '') }},
    0.0 as drop_highest,
    cast(null as {{ float_type() }}) as value,
    0 as units
from {{ period }}_units
where false
{%- endmacro %}
