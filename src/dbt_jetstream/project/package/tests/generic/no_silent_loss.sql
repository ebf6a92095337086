{# No declared result is missing without a reason. #}
{% test no_silent_loss(model) %}
select
    analysis_period,
    window_index,
    analysis_basis,
    segment,
    metric,
    statistic,
    branch
from {{ model }}
where
    state = 'failed'
    and reason is null
{% endtest %}
