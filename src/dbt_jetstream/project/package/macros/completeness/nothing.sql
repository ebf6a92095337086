{#- A subquery without rows, in place of a table that is absent.

    Args: texts (list of columns), numbers (list of columns; of those also among the texts, numbers)
-#}
{% macro nothing(texts, numbers=[]) -%}
(
    select
        {%- for column in texts if column not in numbers %}
        {{ dbt_jetstream.text_literal(none) }} as {{ column }},
        {%- endfor %}
        {%- for column in numbers %}
        cast(null as {{ dbt_jetstream.integer_type() }}) as {{ column }},
        {%- endfor %}
        0 as absent
    from (select 1 as one) as nothing
    where false
) as absent_table
{%- endmacro %}
