"""A model's definition without some of what it computes.

An entry names a part of a definition, with its kind: `part <name>` of client days, `metric <name>`,
`segment <name>`; or it is the experiment's own exposure signal, as windows name what they lack.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from dbt_jetstream.common.naming import EXPOSURE_SIGNAL

PART, METRIC, SEGMENT = "part", "metric", "segment"
PATHS = ("daily_metrics", "direct_metrics")
Definition = Mapping[str, Any]


def entries_of(definition: Definition) -> list[str]:
    """List what can be left out of client days, days of exposure, metrics or enrollments."""
    signal = [EXPOSURE_SIGNAL] if definition.get("exposure_signal") else []
    if "parts" in definition.get("data_source", {}):
        return [f"{PART} {part['name']}" for part in definition["data_source"]["parts"]]
    if "segment_sources" in definition:
        sources = definition["segment_sources"]
        return [f"{SEGMENT} {s['name']}" for source in sources for s in source["segments"]] + signal
    if "data_sources" in definition and "windows" in definition:
        metrics = [f"{METRIC} {metric['name']}" for metric in _metrics(definition)]
        return metrics + [f"{SEGMENT} {name}" for name in definition["segments"]] + signal
    return signal


def affected(definition: Definition, left_out: Mapping[str, str]) -> dict[str, str]:
    """Return which entries of a definition cannot be, with the reasons, where others are left out.

    A metric is not there without the parts of client days that it is combined from.
    """
    entries = entries_of(definition)
    found = {entry: left_out[entry] for entry in entries if entry in left_out}
    for metric in _metrics(definition) if "windows" in definition else ():
        for entry, reason in left_out.items():
            kind, _, name = entry.partition(" ")
            if kind == PART and _names(metric["sql"], name):
                found.setdefault(f"{METRIC} {metric['name']}", reason)
    return found


def without_parts(left_out: Mapping[str, str]) -> dict[str, str]:
    """Return what people know of what was left out: metrics and segments."""
    return {entry: why for entry, why in left_out.items() if entry.partition(" ")[0] != PART}


def reduced(definition: Definition, left_out: Collection[str]) -> dict[str, Any]:
    """Return a definition without some entries; what has days or units gets a hash of its own.

    So a table is built anew once nothing is left out of it any more. Windows of metrics say what
    was left out, and are computed again by the next build. Days of exposure that were not read are
    read by it.
    """
    out = set(left_out) & set(entries_of(definition))
    if not out:
        return dict(definition)
    if EXPOSURE_SIGNAL in out:
        signal = {**definition["exposure_signal"], "is_left_out": True}
        definition = {**definition, "exposure_signal": signal}
    if not {"data_source", "segment_sources", "data_sources"} & definition.keys():
        return dict(definition)
    hashed = f"{definition['definition_hash']}-{_hash(sorted(out))}"
    if "data_source" in definition:
        parts = _without(PART, definition["data_source"]["parts"], out)
        source = {**definition["data_source"], "parts": parts}
        return {**definition, "data_source": source, "definition_hash": hashed}
    segments = [name for name in definition["segments"] if f"{SEGMENT} {name}" not in out]
    if "segment_sources" in definition:
        sources = [
            {**source, "segments": _without(SEGMENT, source["segments"], out)}
            for source in definition["segment_sources"]
        ]
        kept = [source for source in sources if source["segments"]]
        return {
            **definition,
            "segment_sources": kept,
            "segments": segments,
            "definition_hash": hashed,
        }
    return {
        **definition,
        "segments": segments,
        "data_sources": [_source(source, out) for source in definition["data_sources"]],
        "left_out": sorted(out),
    }


def _source(source: Definition, out: Collection[str]) -> dict[str, Any]:
    found = {**source, **{path: _without(METRIC, source[path], out) for path in PATHS}}
    read = [metric["sql"] for metric in found["daily_metrics"]]
    parts = [p for p in source["parts"] if any(_names(sql, p["name"]) for sql in read)]
    return {**found, "parts": parts}


def _metrics(definition: Definition) -> Iterator[Definition]:
    for source in definition["data_sources"]:
        for path in PATHS:
            yield from source[path]


def _without(kind: str, items: Iterable[Definition], out: Collection[str]) -> list[Definition]:
    return [item for item in items if f"{kind} {item['name']}" not in out]


def _names(sql: Any, column: str) -> bool:
    """Whether SQL, of one dialect or of each, names a column."""
    return re.search(rf"\b{re.escape(column)}\b", json.dumps(sql)) is not None


def _hash(entries: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(entries).encode()).hexdigest()[:8]
