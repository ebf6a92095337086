"""Results of experiments, read back: as DataFrames, tables, pages and dbt's docs.

>>> from dbt_jetstream import results
>>> frame = results.statistics("pip-first-time-hint", period="overall")  # doctest: +SKIP
"""

from dbt_jetstream.results.of_experiment import completeness, statistics, trust

__all__ = ["completeness", "statistics", "trust"]
