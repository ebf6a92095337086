"""What generated Python models import, in earlier locks too; see `statistics.model`."""

from dbt_jetstream.statistics.model import statistics_table

__all__ = ["statistics_table"]
