"""The demo's telemetry keeps its promises, and its hub resolves and fits the telemetry."""
