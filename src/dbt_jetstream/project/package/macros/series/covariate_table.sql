{#- The alias of the metrics of an earlier period, whose values adjust those of a later one. -#}
{% macro covariate_table(period) -%}
    before_{{ period }}
{%- endmacro %}
