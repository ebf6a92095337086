{{ dbt_jetstream.window_metrics(
    enrollments=ref('enrollments_fenix_toolbar_shortcut'),
    client_days={'clients_daily': ref('fenix_toolbar_shortcut_clients_daily_client_days'), 'events_stream': ref('fenix_toolbar_shortcut_events_stream_client_days')},
    telemetry={},
) }}
