{#- A slug as a part of a file's or table's name: all but letters, digits and `_` becomes `_`.

    Args: slug (str)
    Returns: str
-#}
{% macro normalised(slug) %}
    {{- return(modules.re.sub('[^a-zA-Z0-9_]', '_', slug)) -}}
{% endmacro %}
