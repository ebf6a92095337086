{#- A period's statistics in Jetstream's row schema, with the window. What is said about a result is not one.

    Args: statistics (relation)
-#}
{% macro statistics_view(statistics) %}
{%- if execute -%}
select
    metric,
    statistic,
    parameter,
    branch,
    comparison,
    comparison_to_branch,
    ci_width,
    point,
    lower,
    upper,
    segment,
    analysis_basis,
    window_index
from {{ statistics }}
where
    analysis_period = '{{ dbt_jetstream.definition().period }}'
    and problem is null
{%- endif -%}
{% endmacro %}
