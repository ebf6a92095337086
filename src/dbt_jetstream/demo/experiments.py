"""The two experiments of the demo and the effects that its telemetry holds."""

from typing import NamedTuple


class DemoExperiment(NamedTuple):
    """What the generator must know of an experiment.

    Attributes:
        slug: The experiment's slug, as in its Experimenter entry.
        app: Application name; it also separates the random draws of the two populations.
        branches: Branch slugs, the reference branch first; equally likely.
    """

    slug: str
    app: str
    branches: tuple[str, ...]


DESKTOP = DemoExperiment(
    slug="pip-first-time-hint",
    app="firefox_desktop",
    branches=("control", "hint", "hint-animated"),
)

FENIX = DemoExperiment(
    slug="fenix-toolbar-shortcut",
    app="fenix",
    branches=("control", "treatment"),
)

TRUE_EFFECTS: dict[str, dict[str, dict[str, float]]] = {
    DESKTOP.slug: {
        "hint": {"active_hours": 1.04, "pip_toggles": 1.15},
        "hint-animated": {},
    },
    FENIX.slug: {
        "treatment": {"toolbar_taps": 1.12},
    },
}
"""Slug, branch, measure: the factor on the measure's expectation from the enrollment day on.

What is absent has factor 1. Effects outlast an unenrollment, so that the factors hold for all
enrolled units (intention to treat), and are applied after caps, so that they are exact.
"""


def effect_sql(experiment: DemoExperiment, measure: str, branch: str = "branch") -> str:
    """SQL for the factor on a measure in a client's branch.

    Args:
        experiment: The experiment.
        measure: A measure of `TRUE_EFFECTS`.
        branch: SQL that yields the client's branch, null where it never enrolled.

    Returns:
        A scalar expression of type DOUBLE.
    """
    cases = [
        f"when '{name}' then {factors[measure]}::double"
        for name, factors in TRUE_EFFECTS[experiment.slug].items()
        if measure in factors
    ]
    return f"case {branch} {' '.join(cases)} else 1.0::double end" if cases else "1.0::double"
