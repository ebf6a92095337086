{{ dbt_jetstream.enrollments(telemetry={'fenix.events_stream': source('fenix', 'events_stream')}) }}
