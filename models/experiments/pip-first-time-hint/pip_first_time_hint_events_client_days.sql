{{ dbt_jetstream.client_days(
    enrollments=ref('enrollments_pip_first_time_hint'),
    telemetry={'telemetry.events': source('telemetry', 'events')},
) }}
