{#- A text as the value of a label: BigQuery takes 63 lower-case letters, digits, `_` and `-`.

    Args: text (str)
    Returns: str
-#}
{% macro table_label(text) %}
    {{- return(modules.re.sub('[^a-z0-9_-]', '_', text | lower)[:63]) -}}
{% endmacro %}
