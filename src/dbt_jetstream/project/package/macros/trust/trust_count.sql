{#- A query for counts of one kind, with all columns of `trust_counts_<slug>`.

    Args: counted (str, the check that reads them), relation (str), values (dict of SQL by column; a
        column that is absent is null), groups (list of columns of the relation), lock (dict),
        where (str, or none)
-#}
{% macro trust_count(counted, relation, values, groups, lock, where=none) -%}
{%- set types = {
    'analysis_basis': dbt.type_string(),
    'day': 'date',
    'analysis_period': dbt.type_string(),
    'window_index': dbt_jetstream.integer_type(),
    'data_source': dbt.type_string(),
    'metric': dbt.type_string(),
    'branch': dbt.type_string(),
    'units': dbt_jetstream.integer_type(),
    'found': dbt_jetstream.integer_type(),
} -%}
select
    '{{ counted }}' as counted,
    {%- for column, type in types.items() %}
    {%- set value = values.get(column, 'cast(null as ' ~ type ~ ')') %}
    {{ value if value == column else value ~ ' as ' ~ column }},
    {%- endfor %}
    '{{ lock.definition_hash }}' as definition_hash
from {{ relation }}
{%- if where %}
where {{ where }}
{%- endif %}
{%- if groups %}
group by {{ groups | join(', ') }}
{%- endif %}
{%- endmacro %}
