{#- A text, number, boolean or none as SQL. -#}
{% macro literal(value) -%}
    {%- if value is boolean -%}
        {{- 'true' if value else 'false' -}}
    {%- elif value is number -%}
        {{- value -}}
    {%- else -%}
        {{- dbt_jetstream.text_literal(value) -}}
    {%- endif -%}
{%- endmacro %}
