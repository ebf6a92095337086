{#- A query for the experiments that have nothing to do, one row each: settled as of today by the same
    inputs, with all their tables still there. One in a schema of its own never counts as settled.

    Args: inputs (dict of hashes by slug)
-#}
{% macro settled_experiments(inputs) %}
{%- set columns = ['experiment', 'inputs'] -%}
{%- set asked = dict(inputs) if load_relation(dbt_jetstream.settled_relation()) else {} -%}
{%- set present = dbt_jetstream.tables_of_schema(target.database, target.schema) if asked else [] -%}
{%- for node in graph.nodes.values() if asked and node.resource_type == 'model' and node.config.meta.experiment -%}
    {%- if node.schema != target.schema or node.alias not in present -%}
        {%- do asked.pop(node.config.meta.experiment.slug, none) -%}
    {%- endif -%}
{%- endfor -%}
{%- if not asked -%}
    {{- return("select '' as experiment from (select 1 as one) as nothing where false") -}}
{%- endif -%}
select distinct settled.experiment
from {{ dbt_jetstream.settled_relation() }} as settled
inner join {{ dbt_jetstream.literal_rows('asked', columns, asked.items() | map('list') | list) | indent(4) }}
    on asked.experiment = settled.experiment
    and asked.inputs = settled.inputs
where date '{{ dbt_jetstream.as_of() }}' between settled.first_day and settled.last_day
order by experiment
{% endmacro %}
