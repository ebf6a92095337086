"""Names of statistics and pre-treatments in configurations, their parameters and defaults."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from dbt_jetstream.common.errors import did_you_mean


@dataclass(frozen=True)
class Treatment:
    """A statistic or pre-treatment as configurations name it.

    Attributes:
        name: The name in configurations.
        parameters: Parameters and their defaults; None where there is no default.
        row_name: The statistic's name in result rows, where it differs from `name`.
        is_linear: Whether it is a linear model, which clips all branches at one value.
        version: Its newest behaviour. A change that gives other numbers gets a new one, and
            experiments locked with an older keep it; see `versions.STATISTICS`.
    """

    name: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    row_name: str = ""
    is_linear: bool = False
    version: int = 1

    @property
    def label(self) -> str:
        """The name in result rows."""
        return self.row_name or self.name


def _by_name(treatments: Iterable[Treatment]) -> dict[str, Treatment]:
    return {treatment.name: treatment for treatment in treatments}


_LINEAR = {"drop_highest": 0.005, "covariate_adjustment": None}
_GRID = {"log_space": False, "grid_size": 256}
_SAMPLED = {"num_samples": 10000, "confidence_interval": 0.95}

STATISTICS = _by_name(
    [
        Treatment("bootstrap_mean", _SAMPLED | {"drop_highest": 0.005}, row_name="mean", version=2),
        Treatment("binomial", {"confidence_interval": 0.95}),
        Treatment("count"),
        Treatment("sum"),
        Treatment("deciles", _SAMPLED, version=2),
        Treatment("linear_model_mean", _LINEAR, "mean_lm", is_linear=True),
        Treatment(
            "linear_model_mean_no_clip",
            _LINEAR | {"drop_highest": 0.0},
            "mean_lm_noclip",
            is_linear=True,
        ),
        Treatment("per_client_dau_impact", _LINEAR | {"drop_highest": 0.0}, is_linear=True),
        Treatment(
            "population_ratio",
            _SAMPLED | {"drop_highest": 0.005, "numerator": None, "denominator": None},
            version=2,
        ),
        Treatment(
            "kernel_density_estimate",
            _GRID | {"bandwidth": "scott", "adjust": 1.0, "kernel": "gaussian"},
        ),
        Treatment("empirical_cdf", _GRID),
    ]
)

PRE_TREATMENTS = _by_name(
    [
        Treatment("remove_nulls"),
        Treatment("remove_indefinites"),
        Treatment("normalize_over_analysis_period"),
        Treatment("log", {"base": 10.0}),
        Treatment("censor_highest_values", {"fraction": 1 - 1e-5}),
        Treatment("censor_lowest_values", {"fraction": 1e-5}),
        Treatment("censor_values_below_threshold", {"threshold": None}),
        Treatment("censor_values_above_threshold", {"threshold": None}),
        Treatment("zero_fill"),
    ]
)


def statistic(name: str, parameters: Mapping[str, Any]) -> Treatment:
    """Find a statistic and check its parameters.

    Raises:
        ValueError: If the statistic or a parameter is unknown or out of range; says what to write.
    """
    found = _find("statistic", name, STATISTICS)
    _check_parameters(found, parameters)
    return found


def pre_treatment(name: str, parameters: Mapping[str, Any]) -> Treatment:
    """Find a pre-treatment and check its parameters.

    Raises:
        ValueError: If the pre-treatment or a parameter is unknown or out of range.
    """
    found = _find("pre-treatment", name, PRE_TREATMENTS)
    _check_parameters(found, parameters)
    return found


def _find(kind: str, name: str, known: Mapping[str, Treatment]) -> Treatment:
    if name in known:
        return known[name]
    hint = did_you_mean(name, known) or f"known are {', '.join(sorted(known))}"
    message = f"unknown {kind} `{name}`; {hint}"
    raise ValueError(message)


REQUIRED = ("numerator", "denominator", "threshold")
ONLY = {"bandwidth": "scott", "kernel": "gaussian", "adjust": 1.0}


def _check_parameters(treatment: Treatment, parameters: Mapping[str, Any]) -> None:
    for key, value in parameters.items():
        if key not in treatment.parameters:
            known = ", ".join(sorted(treatment.parameters)) or "none"
            question = did_you_mean(key, treatment.parameters)
            hint = question or f"it takes {known}"
            message = f"`{treatment.name}` has no parameter `{key}`; {hint}"
            raise ValueError(message)
        expected = _expected(key, value)
        if expected:
            message = f"`{treatment.name}.{key}` {expected}, found {value!r}"
            raise ValueError(message)
    missing = [k for k in REQUIRED if k in treatment.parameters and parameters.get(k) is None]
    if missing:
        message = f"`{treatment.name}` needs a value for `{missing[0]}`"
        raise ValueError(message)


def _expected(key: str, value: Any) -> str | None:
    """Say what a parameter must be; None where it is."""
    if key in ONLY:
        return f"can only be {ONLY[key]!r}" if value != ONLY[key] else None
    words, is_well = RANGES.get(key, ("", lambda _: True))
    return None if is_well(value) else words


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_fraction(value: Any) -> bool:
    return _is_number(value) and 0 < value < 1


def _is_share_to_drop(value: Any) -> bool:
    return _is_fraction(value) or (_is_number(value) and value == 0)


def _is_size(value: Any) -> bool:
    return _is_number(value) and value >= 1 and value % 1 == 0


# What a parameter must be, and the test for it.
RANGES: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "drop_highest": ("must be a fraction below 1", _is_share_to_drop),
    **dict.fromkeys(
        ("confidence_interval", "fraction"), ("must be a fraction below 1", _is_fraction)
    ),
    **dict.fromkeys(("num_samples", "grid_size"), ("must be a whole number above 0", _is_size)),
    "threshold": ("must be a number", _is_number),
    "base": ("must be positive and not 1", lambda v: _is_number(v) and v > 0 and v != 1),
}
