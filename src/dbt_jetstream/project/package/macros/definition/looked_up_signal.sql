{#- The experiment's own exposure signal: all of it for the days of exposure, what limits it for windows of metrics.

    Args: own (dict, a node's meta), nodes (dict, see `models_of_experiment`)
    Returns: dict
-#}
{% macro looked_up_signal(own, nodes) %}
    {%- set signal = nodes.enrollments.config.meta.exposure_signal -%}
    {%- if not own.windows -%}
        {{- return(signal) -}}
    {%- endif -%}
    {%- set found = {} -%}
    {%- for key in ['window_start', 'window_end', 'dated_tables'] -%}
        {%- do found.update({key: signal[key]}) -%}
    {%- endfor -%}
    {{- return(found) -}}
{% endmacro %}
