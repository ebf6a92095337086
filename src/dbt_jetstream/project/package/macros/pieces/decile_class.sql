{#- A number that grows at each rank where a branch's sorted units must be cut for its deciles.

    The bootstrap of a decile q of n units spreads over the ranks (n - 1) q, some standard deviations to
    each side; they are cut at even parts of one. It depends on the nearest decile alone: between two it
    does not grow, for both reach the same number.

    Args: rank (str, from 0)
-#}
{% macro decile_class(rank) -%}
{%- set numbers = dbt_jetstream.piece_numbers() -%}
{%- set most = numbers.decile_parts * numbers.decile_deviations + 1 -%}
{%- set tenth = 'least(greatest(round(' ~ rank ~ ' / last_rank * 10), 1), 9)' -%}
{{ tenth }} * {{ 2 * most }}
+ least(
    greatest(
        ceil(
            ({{ rank }} - last_rank * {{ tenth }} / 10)
            / greatest(rank_step * sqrt({{ tenth }} * (10 - {{ tenth }})) / 10, 1)
        ),
        -{{ most }}
    ),
    {{ most }}
)
{%- endmacro %}
