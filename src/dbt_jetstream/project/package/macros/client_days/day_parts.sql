{#- The columns of a data source's daily parts, each after a comma. -#}
{% macro day_parts(source) -%}
    {%- for part in source.parts -%}
        ,
        {{ dbt_jetstream.fragment(part.sql) }} as {{ part.name }}
    {%- endfor -%}
{%- endmacro %}
