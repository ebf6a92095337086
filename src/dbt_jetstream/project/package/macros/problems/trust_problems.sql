{#- A query for what an experiment's trust checks warn of.

    Args: trust (relation)
-#}
{% macro trust_problems(trust) -%}
select
    metric,
    statistic,
    analysis_basis,
    segment,
    analysis_period,
    message,
    'WARNING' as log_level,
    {{ dbt_jetstream.text_literal(trust.identifier ~ '.py') }} as filename,
    {{ dbt_jetstream.text_literal(trust.identifier) }} as func_name,
    'TrustWarning' as exception_type
from {{ trust }}
where state = 'warning'
{%- endmacro %}
