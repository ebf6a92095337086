"""Google's own SQL front end: what BigQuery would say of a statement, without BigQuery.

PyPI's `zetasql` carries GoogleSQL as WebAssembly: the parser and analyzer that BigQuery is built
on, and the reference implementation that evaluates queries. A statement that it refuses BigQuery
refuses too; what it accepts BigQuery's planner can still find too large.

`library` calls it, `catalog` says what tables and functions there are and asks about statements,
`evaluator` gives a query's rows, `size` what a statement comes to once its CTEs are inlined.
"""
