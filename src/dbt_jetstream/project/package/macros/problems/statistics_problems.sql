{#- A query for what a table of statistics says about its results: why there is none, or what to know.

    Args: statistics (relation)
-#}
{% macro statistics_problems(statistics) -%}
{%- set columns = ['metric', 'statistic', 'analysis_basis', 'segment', 'analysis_period'] -%}
{%- set rows -%}
select {{ columns | join(', ') }}, window_index, problem as message
from {{ statistics }}
where problem is not null
{%- endset -%}
select
    {{ columns | join(',\n    ') }},
    message,
    case when message like 'no result:%' then 'ERROR' else 'WARNING' end as log_level,
    {{ dbt_jetstream.text_literal(statistics.identifier ~ '.py') }} as filename,
    {{ dbt_jetstream.text_literal(statistics.identifier) }} as func_name,
    case when message like 'no result:%' then 'StatisticComputationException' end as exception_type
from (
    {{ dbt_jetstream.window_ranges(rows, columns) | indent(4) }}
) as problems
{%- endmacro %}
