"""Whether the result of an experiment can be believed: checks of its split, telemetry and tests."""
