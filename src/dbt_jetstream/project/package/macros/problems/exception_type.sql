{#- The class of the exception in a message of dbt, which starts with its words: `Database Error in …`.

    Returns: str
-#}
{% macro exception_type(message) %}
    {%- set found = modules.re.match('\\s*([A-Z][a-z]+) Error\\b', message) -%}
    {{- return((found.group(1) if found else 'Runtime') ~ 'Error') -}}
{% endmacro %}
