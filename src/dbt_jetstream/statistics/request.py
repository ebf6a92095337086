"""What one statistic of one cell is computed from, and what there is to say about its result."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from dbt_jetstream.statistics.estimate import reason_of
from dbt_jetstream.statistics.histogram import Histogram
from dbt_jetstream.statistics.summary import Cell, CellSummary

COUNT = "count"
Computed = TypeVar("Computed")


@dataclass(frozen=True)
class Request:
    """What one statistic is computed from, and how.

    Attributes:
        cell: What is computed on.
        parameters: The statistic's, from the lock.
        summary: The cell's summaries.
        remarks: What there is to know about the result.
        failures: Why there is no result, or none of a branch or comparison.
        explained: Branches of which it is told what leaves a result undefined.
    """

    cell: Cell
    parameters: Mapping[str, Any]
    summary: CellSummary
    remarks: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    explained: set[str] = field(default_factory=set)

    @property
    def confidence(self) -> float:
        """Mass inside the interval, in (0, 1)."""
        return float(self.parameters.get("confidence_interval", 0.95))

    @property
    def branches(self) -> Mapping[str, Histogram]:
        """The values of each branch."""
        return self.summary.histograms.get(self.parameters["series"], {})

    @property
    def joint(self) -> Mapping[str, Mapping[str, float]]:
        """The moments of two values per unit of each branch; none where no unit has both."""
        return self.summary.joint.get(self.parameters.get("joint", ""), {})

    @property
    def wants_covariate(self) -> bool:
        """Whether the lock names a covariate, and units can have been observed before."""
        is_before = self.cell.analysis_period.startswith("preenrollment")
        return bool(self.parameters.get("covariate")) and not is_before

    def require_numbers(self) -> None:
        """Refuse to compute anything but a count from what is no number.

        Raises:
            ValueError: What the values are.
        """
        said = self.summary.no_numbers
        # A ratio is made from all series of its own; others name theirs.
        read = [self.parameters[key] for key in ("series", "joint") if key in self.parameters]
        if "series" not in self.parameters:
            read = list(said)
        for series in read:
            if series in said and self.parameters["statistic"] != COUNT:
                raise ValueError(said[series])

    @property
    def problem(self) -> str:
        """What went wrong, and what there is to know; empty where there is nothing."""
        # That a result is missing is told by how the text begins.
        start = "no result: " if self.failures else ""
        return start + "; ".join(dict.fromkeys([*self.failures, *self.remarks]))

    def report(self, message: str) -> None:
        """Record what there is to know about a result."""
        self.remarks.append(message)

    def fail(self, reason: str) -> None:
        """Record why there is no result."""
        self.failures.append(reason)

    def of_each(
        self, branches: Iterable[str], compute: Callable[[str], Computed]
    ) -> dict[str, Computed]:
        """Compute what each branch has by itself; one that fails is left out, and says why."""
        found = {}
        for branch in sorted(branches):
            try:
                found[branch] = compute(branch)
            except Exception as error:
                self.fail(f"{branch}: {reason_of(error)}")
        return found
