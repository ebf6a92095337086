{# No two rows of the model agree in all of `columns`; nulls agree with each other. #}
{% test unique_key(model, columns) %}
{#- a column may be called as a word of SQL -#}
{%- set quoted = [] -%}
{%- for column in columns -%}
    {%- do quoted.append(adapter.quote(column)) -%}
{%- endfor -%}
select
    {{ quoted | join(',\n    ') }},
    count(*) as occurrences
from {{ model }}
group by {{ quoted | join(', ') }}
having count(*) > 1
{% endtest %}
