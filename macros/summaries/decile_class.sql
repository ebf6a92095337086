{#- A number that grows at each rank where the sorted units must be cut for the deciles.

    The bootstrap of a decile q of n units spreads over the ranks (n - 1) q ± 5 standard deviations;
    they are cut every sixteenth of one.

    Args: rank (str, from 0), units (str)
-#}
{% macro decile_class(rank, units) -%}
    {%- for tenths in range(1, 10) %}
    least(
        greatest(
            ceil(
                ({{ rank }} - ({{ units }} - 1) * 0.{{ tenths }})
                / greatest(sqrt(({{ units }} - 1) * 0.{{ tenths }} * 0.{{ 10 - tenths }}) / 16, 1)
            ),
            -80
        ),
        81
    )
        {%- if not loop.last %}
    +
        {%- endif %}
    {%- endfor %}
{%- endmacro %}
