"""An experiment as Experimenter would list it, and a config to fill in."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

ENROLLMENT_DAYS = 7
# Four whole weeks after the last enrollment.
DAYS = ENROLLMENT_DAYS + 28


@dataclass(frozen=True)
class Draft:
    """An experiment to be written down.

    Attributes:
        slug: Its name.
        application: The application, as in seeds/platforms.csv.
        branches: The branches, the reference branch first; units are divided equally.
        start: The first day of enrollment.
        days: How long it runs, the last day included.
    """

    slug: str
    application: str
    branches: Sequence[str]
    start: dt.date
    days: int = DAYS

    @property
    def end(self) -> dt.date:
        """The last day."""
        return self.start + dt.timedelta(days=self.days)

    @property
    def enrollment_end(self) -> dt.date:
        """The last day of enrollment."""
        return self.start + dt.timedelta(days=min(ENROLLMENT_DAYS, self.days))

    def entry(self) -> dict[str, Any]:
        """Return the experiment in Experimenter's form: what an analysis reads of it."""
        return {
            "slug": self.slug,
            "appName": self.application,
            "userFacingName": self.slug.replace("-", " ").replace("_", " ").capitalize(),
            "isEnrollmentPaused": False,
            "bucketConfig": {
                "randomizationUnit": "nimbus_id",
                "namespace": self.slug,
                "start": 0,
                "count": 10000,
                "total": 10000,
            },
            "outcomes": [],
            "branches": [{"slug": branch, "ratio": 1} for branch in self.branches],
            "referenceBranch": self.branches[0],
            "startDate": self.start.isoformat(),
            "enrollmentEndDate": self.enrollment_end.isoformat(),
            "endDate": self.end.isoformat(),
            "proposedEnrollment": (self.enrollment_end - self.start).days,
            "proposedDuration": self.days,
        }


def listed(text: str, entry: dict[str, Any]) -> str:
    """Add an entry to the text of a JSON array, which otherwise stays as it is."""
    before = text.rstrip()
    assert before.endswith("]"), "the text of an array"
    inner = before[:-1].rstrip()
    comma = "" if inner.endswith("[") else ","
    lines = json.dumps(entry, indent=2, ensure_ascii=False).splitlines()
    return f"{inner}{comma}\n" + "\n".join(f"  {line}" for line in lines) + "\n]\n"


CONFIG = """\
# What `{slug}` adds to the defaults of its application, `{application}`. Check it at any time:
#   jetstream validate {path}

[experiment]
# Units that are compared among themselves, too; defined in the hub's definitions.
# segments = ["new_profiles"]

[metrics]
# Which metrics to compute for which periods; those of the defaults come by themselves.
# Known for {application}: {metrics}
weekly = []
overall = []

# A metric of its own, in BigQuery SQL over the rows of a unit's telemetry, and its statistics. Add
# its name to the periods above.
# [metrics.my_metric]
# friendly_name = "My metric"
# description = "What it counts, for those who read the results"
# select_expression = "COALESCE(SUM(some_column), 0)"
# data_source = "{source}"
#
# [metrics.my_metric.statistics.bootstrap_mean]
"""


def config_text(draft: Draft, path: str, metrics: Sequence[str], sources: Sequence[str]) -> str:
    """Write a config to fill in.

    Args:
        draft: The experiment.
        path: The config's file, as the user calls it.
        metrics: The metrics that its application has.
        sources: The data sources that its application has.
    """
    return CONFIG.format(
        slug=draft.slug,
        application=draft.application,
        path=path,
        metrics=", ".join(metrics) or "none yet",
        source=next(iter(sources), "clients_daily"),
    )
