{#- An ISO date of the lock as a date, None as None. -#}
{% macro parse_date(text) %}
    {%- if text is none -%}
        {{- return(none) -}}
    {%- endif -%}
    {{- return(modules.datetime.datetime.strptime(text, '%Y-%m-%d').date()) -}}
{% endmacro %}
