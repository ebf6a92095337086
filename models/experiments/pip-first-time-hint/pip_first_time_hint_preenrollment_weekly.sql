{{ dbt_jetstream.window_metrics(
    enrollments=ref('enrollments_pip_first_time_hint'),
    client_days={'clients_daily': ref('pip_first_time_hint_clients_daily_client_days')},
    telemetry={},
) }}
