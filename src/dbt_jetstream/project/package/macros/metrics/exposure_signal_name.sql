{#- How an experiment's own exposure signal is called among data sources; no data source may have spaces. -#}
{% macro exposure_signal_name() %}
    {{- return('the exposure signal') -}}
{% endmacro %}
