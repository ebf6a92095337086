{#- A query for the experiments that still have a window to compute, one row each.

    Args: asked (dict by slug of {grid, statistics, hashes}: names of tables, and the definition hashes
        whose rows count); an experiment without these tables is unfinished
-#}
{% macro unfinished_experiments(asked) %}
select cast(null as {{ dbt.type_string() }}) as experiment
from (select 1 as nothing) as nothing
where false
    {%- for slug, found in asked.items() %}
        {%- set grid = adapter.get_relation(target.database, target.schema, found.grid) %}
        {%- set statistics = adapter.get_relation(target.database, target.schema, found.statistics) %}
        {%- if grid and statistics %}
union all
select '{{ slug }}' as experiment
from {{ grid }}
where state in ('not due', 'failed')
having count(*) > 0
union all
select '{{ slug }}' as experiment
from {{ statistics }}
where definition_hash not in ('{{ found.hashes | join("', '") }}')
having count(*) > 0
        {%- else %}
union all
select '{{ slug }}' as experiment
        {%- endif %}
    {%- endfor %}
{% endmacro %}
