"""Names and texts that could break out of SQL, Jinja, YAML or the project's folder."""
