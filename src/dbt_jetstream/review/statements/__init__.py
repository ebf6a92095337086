"""Every statement that dbt would send to build an experiment, without a warehouse.

The models come from the renderer of `jetstream validate`; the statements around them from the
macros of dbt and its adapters, and from the hooks that the lock and dbt_project.yml name.

`rendering` runs the macros, `warehouse` answers what they ask, `types` finds the types of columns,
`build` puts the statements in the order of a run, `command` writes them to files.
"""
