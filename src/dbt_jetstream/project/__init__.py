"""A dbt project that uses this package: what `jetstream init`, `new` and `upgrade` write there.

`package/` is the dbt package of macros and generic tests, which each project has a copy of;
`template/` is what a new project starts with.
"""
