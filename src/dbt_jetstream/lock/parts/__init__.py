"""What is computed: a resolved experiment as facts of a definition, and what follows from these."""
