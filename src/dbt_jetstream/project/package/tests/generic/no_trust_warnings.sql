{# No trust check warns: its failing rows are the warnings. #}
{% test no_trust_warnings(model) %}
select
    {{ adapter.quote('check') }},
    message
from {{ model }}
where state = 'warning'
{% endtest %}
