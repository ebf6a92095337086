"""`jetstream sync`: what it writes, what locks hold, and what becomes of experiments over time."""
