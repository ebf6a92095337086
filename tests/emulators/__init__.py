"""Cloud services on loopback, for tests."""
