{#- A number that grows at each rank where a branch's sorted units must be cut for its deciles.

    The bootstrap of a decile q of n units spreads over the ranks (n - 1) q ± 5 standard deviations;
    they are cut every sixteenth of one.

    Args: rank (str, from 0)
-#}
{% macro decile_class(rank) -%}
    {%- set deviations = [0.3, 0.4, 0.458, 0.49, 0.5, 0.49, 0.458, 0.4, 0.3] -%}
    {%- for deviation in deviations -%}
        {{ '+ ' if not loop.first -}}
        least(greatest(ceil(({{ rank }} - last_rank * 0.{{ loop.index }}) / greatest(rank_step * {{ deviation }}, 1)), -80), 81)
        {{- '\n' if not loop.last -}}
    {%- endfor -%}
{%- endmacro %}
