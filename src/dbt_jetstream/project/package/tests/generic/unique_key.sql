{#- No two rows of the model agree in all of `columns`; nulls agree with each other.

    Of client days, those that no window has been computed from yet; there are none of a data source that has failed
    from the first build on.
-#}
{% test unique_key(model, columns) %}
{%- set of_client_days = execute and dbt_jetstream.node_of(model).config.meta.data_source -%}
{%- if of_client_days and not load_relation(model) -%}
select occurrences from (select 1 as occurrences) as nothing where false
{%- else -%}
{#- a column may be called as a word of SQL -#}
{%- set quoted = [] -%}
{%- for column in columns -%}
    {%- do quoted.append(adapter.quote(column)) -%}
{%- endfor -%}
select
    {{ quoted | join(',\n    ') }},
    count(*) as occurrences
from {{ model }}
{%- if of_client_days %}
where {{ dbt_jetstream.untested_days(model) }}
{%- endif %}
group by {{ quoted | join(', ') }}
having count(*) > 1
{%- endif -%}
{% endtest %}
