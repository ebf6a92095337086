{#- A query for what the logs hold beyond failures: what waits for telemetry or was computed without, each by
    itself (`is_late`), and how many statistics have no result (`without_result`) or a note. Nothing where no
    experiment was ever built.
-#}
{% macro logged_problems() %}
{%- set logs = dbt_jetstream.logs_relation() -%}
{%- if not load_relation(logs) -%}
    {{- return("select '' as experiment, '' as message, false as is_late, 0 as without_result from (select 1 as one) as nothing where false") -}}
{%- endif -%}
select
    experiment,
    coalesce(analysis_period || ': ', '') || message as message,
    true as is_late,
    0 as without_result
from {{ logs }}
where func_name = 'late_telemetry'
union all
select
    experiment,
    'statistics without a result, in the logs at level ERROR: ' || count(*) as message,
    false as is_late,
    count(*) as without_result
from {{ logs }}
where
    exception_type = 'StatisticComputationException'
    and log_level = 'ERROR'
group by experiment
union all
select
    experiment,
    'notes on statistics, in the logs at level WARNING: ' || count(*) as message,
    false as is_late,
    0 as without_result
from {{ logs }}
where
    statistic is not null
    and log_level = 'WARNING'
group by experiment
order by experiment, message
{% endmacro %}
