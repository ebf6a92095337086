"""The cost model of docs/scale.md."""
