"""Writes texts to Google Cloud Storage."""
