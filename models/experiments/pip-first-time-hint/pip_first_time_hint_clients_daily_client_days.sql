{{ dbt_jetstream.client_days(
    enrollments=ref('enrollments_pip_first_time_hint'),
    telemetry={'telemetry.clients_daily': source('telemetry', 'clients_daily')},
) }}
