"""What an experiment reads of telemetry over its life: here, and by the original's plan."""
