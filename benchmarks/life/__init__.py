"""One experiment's whole life, for `benchmarks/lifecycle.py` and `benchmarks/check.py`."""
