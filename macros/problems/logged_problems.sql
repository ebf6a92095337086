{#- A query for what the logs hold beyond failures: windows that wait for telemetry, each by itself, and how
    many statistics have no result or a note. Nothing where no experiment was ever built.
-#}
{% macro logged_problems() %}
{%- set logs = logs_relation() -%}
{%- if not load_relation(logs) -%}
    {{- return("select '' as experiment, '' as message from (select 1 as one) as nothing where false") -}}
{%- endif -%}
select
    experiment,
    message
from {{ logs }}
where func_name = 'windows_to_compute'
union all
select
    experiment,
    'statistics without a result, in the logs at level ERROR: ' || count(*) as message
from {{ logs }}
where
    exception_type = 'StatisticComputationException'
    and log_level = 'ERROR'
group by experiment
union all
select
    experiment,
    'notes on statistics, in the logs at level WARNING: ' || count(*) as message
from {{ logs }}
where
    statistic is not null
    and log_level = 'WARNING'
group by experiment
order by experiment, message
{% endmacro %}
