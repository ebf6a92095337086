"""Experiments to try a config on, where none is at hand."""

from __future__ import annotations

import datetime as dt

from metric_config_parser.experiment import Branch, Experiment

from dbt_jetstream.hub.files import HubFile

START = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
END = dt.datetime(2026, 4, 27, tzinfo=dt.UTC)
ENROLLMENT_DAYS = 7


def sample_experiment(file: HubFile, application: str) -> Experiment:
    """Make up an experiment that uses a file: of eight weeks, with two branches.

    Args:
        file: An experiment's config gets an experiment of its name, an outcome one that names it;
            a default or definition is used by all experiments of its application.
        application: The experiment's application.
    """
    own = file.found.get("experiment", {})
    reference = own.get("reference_branch") or "control"
    return Experiment(
        experimenter_slug=None,
        normandy_slug=file.name if file.kind == "experiment" else "sample-experiment",
        type="v6",
        status="Live",
        branches=[Branch(slug=slug, ratio=1) for slug in (reference, "treatment")],
        start_date=_date(own.get("start_date"), START),
        end_date=END if not own.get("start_date") else None,
        proposed_enrollment=ENROLLMENT_DAYS,
        reference_branch=reference,
        is_high_population=False,
        app_name=application,
        outcomes=[file.name] if file.kind == "outcome" else [],
    )


def _date(text: str | None, otherwise: dt.datetime) -> dt.datetime:
    return dt.datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=dt.UTC) if text else otherwise
