{#- Where exports go: JETSTREAM_EXPORT_URI, by default the folder `export`.

    dbt Cloud takes only variables that start with DBT_: there it is DBT_JETSTREAM_EXPORT_URI.

    Returns: str, without a slash at its end
-#}
{% macro export_uri() %}
    {%- set uri = env_var('JETSTREAM_EXPORT_URI', '') or env_var('DBT_JETSTREAM_EXPORT_URI', '') or './export' -%}
    {#- of `gs://` nothing is cut, so that the message can say what is missing -#}
    {{- return(uri if uri.endswith('://') else uri.rstrip('/')) -}}
{% endmacro %}
