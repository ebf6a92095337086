"""`jetstream validate`: checks changed configs without a warehouse."""
