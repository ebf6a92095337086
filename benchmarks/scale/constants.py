"""What the model takes for given: BigQuery's prices and limits, and what was measured on DuckDB.

Docs: https://docs.cloud.google.com/bigquery/quotas, as stored in 2026, unless a line names another.
"""

from __future__ import annotations

# Prices in US dollars, US multi-region. A recent version of Google's page
# (https://cloud.google.com/bigquery/pricing) could not be read; third parties of 2026 agree.
DOLLARS_PER_TIB = 6.25
DOLLARS_PER_GIB_MONTH = 0.02
DOLLARS_PER_SLOT_HOUR = 0.06

# Limits that quotas do not lift.
CPU_SECONDS_PER_MIB = 256
CONCURRENT_SLOTS = 2_000
QUEUED_QUERIES = 1_000
QUERY_CHARACTERS = 1_024_000
RESOURCES_PER_QUERY = 1_000
COLUMNS_PER_TABLE = 10_000
PARTITIONS_PER_TABLE = 10_000
PARTITIONS_PER_JOB = 4_000
DML_RUNNING_PER_TABLE, DML_QUEUED_PER_TABLE = 2, 20
# A default quota, which can be raised.
TIB_PER_DAY = 200

# Sizes of values: https://docs.cloud.google.com/bigquery/docs/reference/standard-sql/data-types
NUMBER = DATE = 8
FLAG = 1
TEXT = 2
UUID = TEXT + 36
HASH = TEXT + 16

# Measured: update it by the command. CPU seconds of the other steps are in counts.json, which
# `make scale-counts` writes.

# `make benchmark-shared-scan`, 100 experiments with 1 % of clients each: CPU seconds per million
# telemetry rows that a query of client days reads.
SCAN_CPU_PER_MILLION_ROWS = 0.43
