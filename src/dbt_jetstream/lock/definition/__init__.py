"""What is locked of an experiment, each fact once, typed: the content of `definition.yml`."""
