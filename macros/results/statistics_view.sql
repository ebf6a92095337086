{#- A period's statistics in Jetstream's row schema, with the window.

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
where analysis_period = '{{ definition().period }}'
{%- endif -%}
{% endmacro %}
