"""`jetstream diff`: what a change does, in words, as SQL and in bytes; one repository for all."""
