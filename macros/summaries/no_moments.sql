{#- No rows, in the form of moments: for a period whose statistics need none. -#}
{% macro no_moments(period) %}
select
    {{ cell_columns(period, '', '') }},
    '' as moment,
    cast(null as {{ float_type() }}) as value,
    cast(null as {{ integer_type() }}) as units
from {{ period }}_units
where false
{%- endmacro %}
