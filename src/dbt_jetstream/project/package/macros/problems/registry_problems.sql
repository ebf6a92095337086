{#- A query for the checks that experiments have not passed.

    What is only a state, such as having ended, is no error: `INFO`.

    Args: registry (relation), condition (str, SQL), more (str, further columns in SQL)
-#}
{% macro registry_problems(registry, condition, more='') -%}
select
    {%- for column in ['metric', 'statistic', 'analysis_basis', 'segment', 'analysis_period'] %}
    {{ dbt_jetstream.text_literal(none) }} as {{ column }},
    {%- endfor %}
    message,
    case when exception_type in ({{ dbt_jetstream.states_of_experiments() }}) then 'INFO' else 'ERROR' end as log_level,
    'registry.csv' as filename,
    'sync' as func_name,
    exception_type
    {{- more }}
from {{ registry }}
where
    coalesce(exception_type, '') != ''
    and {{ condition }}
{%- endmacro %}
