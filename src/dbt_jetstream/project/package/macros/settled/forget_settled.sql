{#- A statement before a run: whatever becomes of it, the experiments that it touches are not settled any more.

    Args: slugs (list)
-#}
{% macro forget_settled(slugs) -%}
    {%- if slugs and load_relation(dbt_jetstream.settled_relation()) -%}
delete from {{ dbt_jetstream.settled_relation() }}
where experiment in (
    {%- for slug in slugs %}
    {{ dbt_jetstream.text_literal(slug) }}{{ ',' if not loop.last }}
    {%- endfor %}
);
    {%- endif -%}
{%- endmacro %}
