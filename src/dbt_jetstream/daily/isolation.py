"""Which data sources to leave out, so that one that fails costs its own metrics alone."""

from __future__ import annotations

from collections.abc import Sequence

from dbt_jetstream.daily.build import Failure


class Isolation:
    """The search for the data sources of one experiment that fail.

    A model of client days names its data source. A model of metrics that reads several sources
    directly does not say which of them failed: each is left out by itself, then all of them. Where
    none of that helps, a last attempt without these guesses leaves nothing wrong behind.

    Attributes:
        left: What fails with the data sources left out so far.
        reasons: Why each of these was left out.
        excluded: The models of client days that fail, and need not be built again.
    """

    def __init__(self, failures: Sequence[Failure]) -> None:
        self.left = list(failures)
        self.reasons: dict[str, str] = {}
        self.excluded: set[str] = set()
        self._guess: dict[str, str] = {}
        self._guesses: list[dict[str, str]] | None = None
        self._is_last = False

    def attempt(self) -> dict[str, str] | None:
        """Return what to leave out next, with the reasons; None when nothing is left to try."""
        daily = {f.data_source: f for f in self.left if f.data_source}
        new = {s: f.message for s, f in daily.items() if s not in self.reasons}
        if new:
            self.excluded |= {failure.node for failure in daily.values()}
            self.reasons |= new
            self._guess, self._guesses = {}, None
            return self.reasons
        if self._guesses is None:
            self._guesses = self._direct_guesses()
        if self._is_last or not (self._guesses or self._guess):
            return None
        self._is_last = not self._guesses
        self._guess = self._guesses.pop(0) if self._guesses else {}
        return self.reasons | self._guess

    def learn(self, failures: Sequence[Failure]) -> None:
        """Take up what failed in the attempt."""
        if self._guess and any(failure.direct_sources for failure in failures):
            return
        self.reasons |= self._guess
        self.left = list(failures)
        self._guess, self._guesses = {}, None

    def _direct_guesses(self) -> list[dict[str, str]]:
        suspects = {s: f.message for f in self.left for s in f.direct_sources}
        new = {s: message for s, message in suspects.items() if s not in self.reasons}
        one_by_one = [{source: message} for source, message in new.items()]
        return [*one_by_one, new] if len(new) > 1 else one_by_one
