{{ dbt_jetstream.enrollments(telemetry={'telemetry.clients_daily': source('telemetry', 'clients_daily'), 'telemetry.events': source('telemetry', 'events')}) }}
