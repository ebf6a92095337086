{#- The columns that say what a series' rows are about, but for the branch. -#}
{% macro series_cell() -%}
    {{- return('analysis_period, window_index, analysis_basis, segment, metric, series') -}}
{%- endmacro %}
