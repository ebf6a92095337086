{{ dbt_jetstream.trust_counts(
    enrollments=ref('enrollments_pip_first_time_hint'),
    client_days={'events': ref('pip_first_time_hint_events_client_days'), 'clients_daily': ref('pip_first_time_hint_clients_daily_client_days')},
    metrics={'daily': ref('pip_first_time_hint_daily'), 'weekly': ref('pip_first_time_hint_weekly'), 'days28': ref('pip_first_time_hint_days28'), 'overall': ref('pip_first_time_hint_overall')},
) }}
