"""Where the lineage of an experiment ends: its results page, its exported files, and its owner.

None of this decides a row of any table, so none of it is a part of definition hashes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from dbt_jetstream.common import naming
from dbt_jetstream.inputs.settings import DEFAULT_OWNER, OWNERS
from dbt_jetstream.lock.expand import LockedExperiment
from dbt_jetstream.lock.nodes.node import PACKAGE, Node, ref
from dbt_jetstream.lock.nodes.verbatim import verbatim

# What a reader of the lineage sees first: one colour per stage. Each stands out from the graph's
# blue ground and carries a white label; models/overview.md names them.
ENROLLED, DAYS, METRICS, SUMMARIES, STATISTICS, RESULTS = (
    "#8e5bc7",
    "#a05a14",
    "#4553c8",
    "#66751a",
    "#b3267a",
    "#c3271f",
)
# By the macro that a model calls, or the function of a Python model; all others are results.
STAGES = {
    "enrollments": ENROLLED,
    "client_days": DAYS,
    "exposure_days": DAYS,
    "window_metrics": METRICS,
    "bins": SUMMARIES,
    "pieces": SUMMARIES,
    "moments": SUMMARIES,
    "trust_counts": SUMMARIES,
    "statistics_table": STATISTICS,
}
CALLED = re.compile(rf"\{{\{{ {PACKAGE}\.(\w+)\(|import (\w+)$", re.MULTILINE)
NAMES = re.compile(r"'([^']*)'")
EXPORT = re.compile(r"\bexport_(\w+)\(")
# Where runs write what failed; macros make the table, so it is a source to dbt.
LOGS = "source('jetstream', 'logs')"
URI = "JETSTREAM_EXPORT_URI"


def stage_color(node: Node) -> str:
    """Return the colour of a node's stage in the lineage."""
    found = CALLED.search(node.stub)
    return STAGES.get(found[1] or found[2], RESULTS) if found else RESULTS


def lineage(locked: LockedExperiment) -> dict[str, Any]:
    """Describe who owns an experiment's models and who reads its results, as dbt properties."""
    owner = owner_of(locked.application)
    exposures = [_page(locked), *([] if locked.is_private else [_exports(locked)])]
    for exposure in exposures:
        exposure["owner"] = owner
        exposure["config"]["tags"] = [f"experiment:{locked.slug}"]
    return {"exposures": exposures, "groups": [_group(locked, owner)]}


def owner_of(application: str) -> str:
    """Write the owner of an application's experiments, which dbt looks up as it parses.

    A lock is held for weeks; who owns an experiment may change meanwhile.
    """
    owners = f"var('{OWNERS}')"
    return f"{{{{ {owners}[{application!r}] or {owners}['{DEFAULT_OWNER}'] }}}}"


def _group(locked: LockedExperiment, owner: str) -> dict[str, Any]:
    return {
        "name": naming.group(locked.slug),
        "owner": owner,
        # dbt does not render this one; a slug holds nothing that it would.
        "description": f"The models of the experiment {locked.slug}.",
    }


def _page(locked: LockedExperiment) -> dict[str, Any]:
    fate = (
        "The experiment is private: it exports nothing, and its page must not be published."
        if locked.is_private
        else "Anyone may read it."
    )
    return {
        "name": naming.results_page(locked.slug),
        "label": f"Results of {locked.slug}",
        "type": "dashboard",
        "maturity": "medium",
        "description": verbatim(
            f"The results page of `{locked.slug}`, as `jetstream report {locked.slug}` writes it: "
            f"the verdict, the trust checks, every metric and what became of it. {fate}"
        ),
        "depends_on": [ref(node.name) for node in locked.nodes if stage_color(node) == RESULTS],
        "config": {"meta": {"is_private": locked.is_private}},
    }


def _exports(locked: LockedExperiment) -> dict[str, Any]:
    files = dict(_exported(locked))
    lines = "\n".join(f"- `{file}`, from {_words(origin)}" for file, origin in files.items())
    return {
        "name": naming.exports(locked.slug),
        "label": f"Exports of {locked.slug}",
        "type": "application",
        "maturity": "high",
        "description": verbatim(
            f"The JSON files of `{locked.slug}` that Experimenter and dashboards read, under the "
            f"address in `{URI}` (a folder or a bucket; by default `export`):\n\n{lines}"
        ),
        "depends_on": list(dict.fromkeys(files.values())),
        "config": {"meta": {"files": list(files)}},
    }


def _exported(locked: LockedExperiment) -> Iterable[tuple[str, str]]:
    """Yield every exported file and what dbt calls that which it is made from."""
    prefix = naming.normalise(locked.slug)
    for node in locked.nodes:
        for kind in EXPORT.findall(str(node.config.get("post_hook", ""))):
            period = f"_{node.meta['period']}" if kind == "statistics" else ""
            yield f"{kind}/{kind}_{prefix}{period}.json", ref(node.name)
        if "metadata" in node.meta:
            yield f"metadata/metadata_{prefix}.json", ref(node.name)
    yield f"errors/errors_{prefix}.json", LOGS


def _words(origin: str) -> str:
    """Name what dbt refers to: `ref('a')` is a, `source('a', 'b')` is a.b."""
    return f"`{'.'.join(NAMES.findall(origin))}`"
