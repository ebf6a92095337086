{{ dbt_jetstream.client_days(
    enrollments=ref('enrollments_fenix_toolbar_shortcut'),
    telemetry={'fenix.clients_daily': source('fenix', 'clients_daily')},
) }}
