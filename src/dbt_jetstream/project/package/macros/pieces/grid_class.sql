{#- How many points of a branch's grid are below a value.

    Of a linear grid exactly so: its points are computed as numpy.linspace computes them.

    Args: value (str)
-#}
{% macro grid_class(value) -%}
    {%- set guess = 'ceil((' ~ value ~ ' - branch_lowest) / grid_step)' -%}
case
    when log_grid_step is null
        then
            {{ guess }}
            + case when {{ guess }} * grid_step + branch_lowest < {{ value }} then 1 else 0 end
            - case when ({{ guess }} - 1) * grid_step + branch_lowest >= {{ value }} then 1 else 0 end
    when {{ value }} <= branch_lowest_positive then 0
    else
        ceil(
            {{ dbt_jetstream.log_of_ratio(value, 'branch_lowest_positive') | indent(12) }}
            / log_grid_step
        )
end
{%- endmacro %}
