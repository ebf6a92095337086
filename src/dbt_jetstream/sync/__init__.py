"""Which experiments are locked, kept, retired, and brought to the installed version."""
