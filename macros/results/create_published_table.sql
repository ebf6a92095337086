{#- A statement that creates the table of `published_relation` where there is none. -#}
{% macro create_published_table() -%}
create table if not exists {{ published_relation() }} (
    experiment {{ dbt.type_string() }},
    content {{ dbt.type_string() }},
    published_at timestamp
);
{%- endmacro %}
