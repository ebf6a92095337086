{{ dbt_jetstream.statistics_view(statistics=ref('statistics_pip_first_time_hint')) }}
