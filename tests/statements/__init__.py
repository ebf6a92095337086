"""`jetstream render`, and the answers that its builds take for granted."""
