{#- Where exports go: JETSTREAM_EXPORT_URI, by default the folder `export`. -#}
{% macro export_uri() %}
    {{- return(env_var('JETSTREAM_EXPORT_URI', './export').rstrip('/')) -}}
{% endmacro %}
