{#- A statement that adds problems, as of the day of the analysis.

    They are exported with another time, see `published_at`.

    Args: logs (relation), experiment (str, SQL), selects (list of queries with `problem_columns`)
-#}
{% macro insert_problems(logs, experiment, selects) -%}
insert into {{ logs }} (
    timestamp,
    {{ dbt_jetstream.log_columns() | join(',\n    ') }}
)
select
    timestamp '{{ dbt_jetstream.as_of() + dbt_jetstream.days(1) }} 00:00:00' as timestamp,
    'jetstream' as source,
    {{ experiment }} as experiment,
    metric,
    statistic,
    analysis_basis,
    segment,
    analysis_period,
    substr(message, 1, 5000) as message,
    log_level,
    {{ dbt_jetstream.text_literal(none) }} as exception,
    filename,
    func_name,
    exception_type
from (
    {#- not indented: a message keeps its lines -#}
{{ '\n' ~ selects | join('\nunion all\n') }}
) as problems
{%- endmacro %}
