{#- No two rows of the model agree in all of `columns`; nulls agree with each other.

    Of client days, those that no window has been computed from yet.
-#}
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
{%- if execute and node_of(model).config.meta.data_source %}
where {{ untested_days(model) }}
{%- endif %}
group by {{ quoted | join(', ') }}
having count(*) > 1
{% endtest %}
