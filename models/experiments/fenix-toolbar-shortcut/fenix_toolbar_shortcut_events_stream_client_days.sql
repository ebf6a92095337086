{{ dbt_jetstream.client_days(
    enrollments=ref('enrollments_fenix_toolbar_shortcut'),
    telemetry={'fenix.events_stream': source('fenix', 'events_stream')},
) }}
