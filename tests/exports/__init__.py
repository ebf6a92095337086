"""Exports: a reader sees the old one or the new one, and an export that fails says why."""
