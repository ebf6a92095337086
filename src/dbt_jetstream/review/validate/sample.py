"""Experiments to try a config on, where none is at hand."""

from __future__ import annotations

import datetime as dt

from metric_config_parser.experiment import Branch, Experiment, ExperimentSpec
from metric_config_parser.util import parse_date

from dbt_jetstream.inputs.hub.files import HubFile

START = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
END = dt.datetime(2026, 4, 27, tzinfo=dt.UTC)
ENROLLMENT_DAYS = 7
BRANCHES = ("control", "treatment")


def sample_experiment(file: HubFile, application: str) -> Experiment:
    """Make up an experiment that uses a file: of eight weeks, with two or three branches.

    Args:
        file: An experiment's config gets an experiment of its name, an outcome one that names it;
            a default or definition is used by all experiments of its application.
        application: The experiment's application.
    """
    own = getattr(file.spec, "experiment", None) or ExperimentSpec()
    reference = own.reference_branch or "control"
    start = parse_date(own.start_date)
    return Experiment(
        experimenter_slug=None,
        normandy_slug=file.name if file.kind == "experiment" else "sample-experiment",
        type="v6",
        status="Live",
        branches=[Branch(slug=slug, ratio=1) for slug in dict.fromkeys((reference, *BRANCHES))],
        start_date=start or START,
        end_date=None if start else END,
        proposed_enrollment=ENROLLMENT_DAYS,
        reference_branch=reference,
        is_high_population=False,
        app_name=application,
        outcomes=[file.name] if file.kind == "outcome" else [],
    )
