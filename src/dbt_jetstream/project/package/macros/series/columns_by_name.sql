{#- The columns of a relation, as a dict by name. -#}
{% macro columns_by_name(relation) %}
    {%- set columns = {} -%}
    {%- for column in adapter.get_columns_in_relation(relation) -%}
        {%- do columns.update({column.name: column}) -%}
    {%- endfor -%}
    {{- return(columns) -}}
{% endmacro %}
