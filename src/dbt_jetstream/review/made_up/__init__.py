"""Telemetry made up for any locked experiment, to try a config before a client is enrolled."""
