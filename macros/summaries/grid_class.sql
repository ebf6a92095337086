{#- How many points of a branch's grid are below a value.

    Of a linear grid exactly so, as numpy.linspace computes it. A geometric grid begins at the
    lowest positive value.

    Args: value (str)
-#}
{% macro grid_class(value) -%}
    case
        when is_log_grid and branch_lowest >= 0 and branch_lowest_positive < branch_highest then
            case
                when {{ value }} <= branch_lowest_positive then 0
                else ceil(
                    ln({{ value }} / branch_lowest_positive)
                    / (ln(branch_highest / branch_lowest_positive) / (grid_size - 1))
                )
            end
        else {{ linear_grid_class(value, 'nullif((branch_highest - branch_lowest) / (grid_size - 1), 0)') | indent(8) }}
    end
{%- endmacro %}

{% macro linear_grid_class(value, step) -%}
    {%- set guess = 'ceil((' ~ value ~ ' - branch_lowest) / ' ~ step ~ ')' -%}
    {{ guess }}
    + case when {{ guess }} * {{ step }} + branch_lowest < {{ value }} then 1 else 0 end
    - case when ({{ guess }} - 1) * {{ step }} + branch_lowest >= {{ value }} then 1 else 0 end
{%- endmacro %}
