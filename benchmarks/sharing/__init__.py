"""Many experiments that read one data source, for `benchmarks/shared_scan.py`."""
