{#- A query for the experiments that still have a window to compute, one row each.

    Args: grids (dict of the names of completeness grids by slug); one that is not there is unfinished
-#}
{% macro unfinished_experiments(grids) %}
select cast(null as {{ dbt.type_string() }}) as experiment
from (select 1 as nothing) as nothing
where false
    {%- for slug, name in grids.items() %}
union all
        {%- if adapter.get_relation(target.database, target.schema, name) %}
select '{{ slug }}' as experiment
from {{ api.Relation.create(target.database, target.schema, name) }}
where state in ('not due', 'failed')
having count(*) > 0
        {%- else %}
select '{{ slug }}' as experiment
        {%- endif %}
    {%- endfor %}
{% endmacro %}
