{{ dbt_jetstream.completeness(
    enrollments=ref('enrollments_fenix_toolbar_shortcut'),
    client_days={'clients_daily': ref('fenix_toolbar_shortcut_clients_daily_client_days'), 'events_stream': ref('fenix_toolbar_shortcut_events_stream_client_days')},
    metrics={'daily': ref('fenix_toolbar_shortcut_daily'), 'weekly': ref('fenix_toolbar_shortcut_weekly'), 'days28': ref('fenix_toolbar_shortcut_days28'), 'overall': ref('fenix_toolbar_shortcut_overall'), 'preenrollment_weekly': ref('fenix_toolbar_shortcut_preenrollment_weekly')},
    bins=ref('bins_fenix_toolbar_shortcut'),
    statistics=ref('statistics_fenix_toolbar_shortcut'),
) }}
