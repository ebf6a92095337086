{#- A statement before a run: whatever becomes of it, the experiments that it touches are not settled any more.

    Args: slugs (list)
-#}
{% macro forget_settled(slugs) -%}
    {%- if slugs and load_relation(settled_relation()) -%}
delete from {{ settled_relation() }}
where experiment in (
    {%- for slug in slugs %}
    {{ text_literal(slug) }}{{ ',' if not loop.last }}
    {%- endfor %}
);
    {%- endif -%}
{%- endmacro %}
