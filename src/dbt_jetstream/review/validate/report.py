"""What a check found, as Markdown: readable in a terminal, and as a comment on a pull request."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from dbt_jetstream.common.errors import MAX_KEY, ConfigError, shown
from dbt_jetstream.review.validate.check import Finding

# How many keys are named that one reason concerns.
SHOWN = 5


def report(finding: Finding, scanned: dict[str, str] | None = None) -> str:
    """Describe one file.

    Args:
        finding: What its check found.
        scanned: What a dry run says of each model that reads telemetry.
    """
    return "\n".join([f"### {_title(finding)}", "", *_lines(finding, scanned or {}), ""])


def unread_report(unread: ConfigError) -> str:
    """Describe a file that nothing reads."""
    return f"### `{unread.path}`: 1 warning\n\n- warning {unread.line}\n"


def _title(finding: Finding) -> str:
    counts = [_count(finding.errors, "error"), _count(finding.warnings, "warning")]
    return f"`{finding.file.shown}`: {', '.join(count for count in counts if count) or 'ok'}"


def _count(items: list[ConfigError], word: str) -> str:
    return f"{len(items)} {word}{'s' if len(items) > 1 else ''}" if items else ""


def _lines(finding: Finding, scanned: dict[str, str]) -> Iterator[str]:
    for error in finding.errors:
        yield f"- **error** {_located(error, finding)}"
    for warning in finding.warnings:
        yield f"- warning {_located(warning, finding)}"
    if finding.locked is not None:
        yield from _contents(finding)
    yield from _untyped(finding)
    for model, bytes_read in scanned.items():
        yield f"- `{model}`: {bytes_read}"


def _located(mistake: ConfigError, finding: Finding) -> str:
    """Name the file only where it is not the one that was checked."""
    elsewhere = mistake.path is not None and str(mistake.path) != str(finding.file.shown)
    file = f"`{mistake.path}` " if elsewhere else ""
    key = f"`{shown(mistake.key, MAX_KEY)}`: " if mistake.key else ""
    return f"{file}{key}{mistake.line}"


def _untyped(finding: Finding) -> Iterator[str]:
    """Say what was not checked for its types, by the reason."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for key, reason in finding.untyped.items():
        by_reason[reason].append(f"`{key}`")
    for reason, keys in by_reason.items():
        more = f" and {len(keys) - SHOWN} more" if len(keys) > SHOWN else ""
        yield f"- types not checked, {reason}: {', '.join(keys[:SHOWN])}{more}"


def _contents(finding: Finding) -> Iterator[str]:
    """Say what would be computed, and which metrics read telemetry for every window, and why."""
    assert finding.locked is not None
    daily: set[str] = set()
    direct: dict[str, str] = {}
    for node in finding.locked.nodes:
        for source in node.meta.get("data_sources", []):
            daily |= {metric["name"] for metric in source["daily_metrics"]}
            direct |= {metric["name"]: metric["reason"] for metric in source["direct_metrics"]}
    yield (
        f"- {len(daily) + len(direct)} metrics in {len(finding.locked.nodes)} models: "
        f"{len(daily)} rolled up from days, {len(direct)} read per window"
    )
    for name, reason in sorted(direct.items()):
        yield f"  - `{name}`: {reason}"
