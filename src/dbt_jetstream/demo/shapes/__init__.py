"""Telemetry for expressions that nobody has a table of: the columns that they read, with values.

`shape_of` reads a BigQuery expression and notes where it looks (`a.b.c`, the entries of a map, a
JSON text, a histogram), what it compares each place with and which type that takes.
`Shape.open_places` are those whose type nothing tells.
"""

from dbt_jetstream.demo.shapes.reading import add_expression, shape_of
from dbt_jetstream.demo.shapes.shape import TYPES, Chances, Shape

__all__ = ["TYPES", "Chances", "Shape", "add_expression", "shape_of"]
