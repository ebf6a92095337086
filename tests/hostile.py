"""A small hub and two experiments, and what nobody in their right mind would write into them."""

from __future__ import annotations

import datetime as dt
import json
import math
import tomllib
from pathlib import Path
from typing import Any

HELD = "held-one"
FRESH = "fresh-one"
EXPERIMENTS = "experiments.json"
TEXTS = (
    "",
    " ",
    "'",
    '"',
    "`",
    "it's",
    "\\",
    "../../escaped",
    "/etc/passwd",
    "a/b",
    "a\nb",
    "- name: x",
    "x: {y",
    "!!python/object/apply:os.system ['true']",
    "{{ env_var('HOME') }}",
    "{{ 1 / 0 }}",
    "{{ unknown }}",
    "{% raw %}",
    "{% for i in range(99999) %}{% for j in range(99999) %}x{% endfor %}{% endfor %}",
    "{{ 'x' * 99999999999 }}",
    "{{ experiment.__class__.__init__.__globals__ }}",
    "{{ ''.ljust(99999999999) }}",
    "{{ agg_sum('main') }}",
    "{# x",
    "{experiment_slug.x}",
    "{dataset}",
    "{0}",
    "{experiment_slug:>99999999999}",
    "{",
    "x); drop table y; --",
    "/*",
    "SELECT",
    "both",
    "SELECT 1 FROM a.b",
    "COUNT(DISTINCT x) OVER (",
    "telemetry.main",
    "a.b'c",
    "a.b.c.d",
    "größe",
    "枝",
    "\u202e",
    "\x00",
    "\x1b[31m",
    "\u2028",
    "😀",
    "*",
    "ping*",
    "unit_windows",
    "main",
    "events",
    "pings",
    "clicks",
    "regulars",
    "seen",
    "fresh-one",
    "held-one",
    "identity",
    "branch",
    "all",
    "nan",
    "1e999",
    "0001-01-01",
    "9999-12-31",
    "2026-02-30",
    "20260302",
    "x" * 300,
    "x" * 100_000,
    "(" * 500,
)
OTHERS: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    7,
    10**6,
    10**30,
    -(10**30),
    0.5,
    -0.0,
    1e308,
    math.nan,
    math.inf,
    [],
    {},
    [[]],
    [{}],
    ["x", 1],
    {"x": {"y": {"z": 1}}},
    dt.date(2026, 3, 2),
    dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC),
    dt.time(12),
)
HUB = {
    "definitions/firefox_desktop.toml": """
[data_sources.main]
from_expression = "mozdata.telemetry.main"
experiments_column_type = "simple"
friendly_name = "Main"
description = "Main pings"

[data_sources.events]
from_expression = "(SELECT * FROM `moz-fx.telemetry.events` WHERE x = 'y')"
experiments_column_type = "none"
client_id_column = "client"
submission_date_column = "day"

[data_sources.joined]
from_expression = "(SELECT * FROM telemetry.joined WHERE x = '{{{{ y }}}}')"

[data_sources.joined.joins.main]
relationship = "many_to_many"
on_expression = "joined.x = main.x"

[metrics.together]
select_expression = "SUM(x)"
data_source = "joined"
depends_on = ["pings"]

[metrics.pings]
friendly_name = "Pings"
description = "How many pings"
select_expression = "{{agg_sum('pings')}}"
data_source = "main"

[metrics.clicks]
select_expression = "COUNT(DISTINCT ds.click)"
data_source = "events"
bigger_is_better = true

[metrics.days_of_use]
aggregation = "count_where"
data_source = "main"
owner = ["a@b.c"]

[[metrics.days_of_use.where]]
column = "is_active"

[segments.regulars]
select_expression = "LOGICAL_OR(ds.is_regular)"
data_source = "seen"

[segments.data_sources.seen]
from_expression = "telemetry.seen"
window_start = -7
window_end = 0
""",
    "definitions/functions.toml": """
[functions.agg_sum]
friendly_name = "Sum"
description = "Sum of the values"
definition = "COALESCE(SUM({select_expr}), 0)"
""",
    "jetstream/defaults/firefox_desktop.toml": """
[metrics]
weekly = ["pings", "together"]
overall = ["pings"]

[metrics.together.statistics.count]

[metrics.pings.statistics.bootstrap_mean]
drop_highest = 0.005
pre_treatments = ["remove_nulls", {name = "censor_highest_values", fraction = 0.9}]
""",
    "jetstream/outcomes/firefox_desktop/clicking.toml": """
friendly_name = "Clicking"
description = "How much people click"
default_metrics = ["clicks"]
overall = ["clicks"]

[metrics.clicks.statistics.binomial]

[parameters.limit]
friendly_name = "Limit"
description = "A limit"
value = "5"
distinct_by_branch = false
""",
    f"jetstream/{FRESH}.toml": """
[experiment]
segments = ["regulars"]
reference_branch = "control"
start_date = "2026-03-02"
end_date = "2026-04-27"
enrollment_period = 7
sample_size = 10

[experiment.exposure_signal]
name = "clicked"
friendly_name = "Clicked"
description = "Clicked"
data_source = "events"
select_expression = "is_click"
window_start = 0
window_end = 7

[metrics]
weekly = ["pings", "log_pings"]
preenrollment_weekly = ["pings"]

[metrics.log_pings]
friendly_name = "Log"
description = "Log of pings"
select_expression = "LN(SUM(pings))"
data_source = "main"
analysis_bases = ["enrollments"]

[metrics.log_pings.statistics.linear_model_mean]
covariate_adjustment = {metric = "pings", period = "preenrollment_week"}

[metrics.log_pings.statistics.deciles]
confidence_interval = 0.9
""",
    f"jetstream/{HELD}.toml": """
[experiment]
segments = ["regulars"]
""",
}
ENTRY: dict[str, Any] = {
    "slug": FRESH,
    "appName": "firefox_desktop",
    "appId": "firefox-desktop",
    "startDate": "2026-03-02",
    "endDate": "2026-04-27",
    "enrollmentEndDate": "2026-03-08",
    "proposedEnrollment": 7,
    "referenceBranch": "control",
    "isEnrollmentPaused": True,
    "isRollout": False,
    "isHighPopulation": False,
    "outcomes": [{"slug": "clicking"}],
    "segments": [],
    "branches": [{"slug": "control", "ratio": 1}, {"slug": "dark", "ratio": 1}],
    "bucketConfig": {
        "randomizationUnit": "normandy_id",
        "namespace": "n",
        "start": 0,
        "count": 100,
    },
}


def files() -> dict[str, str]:
    """Return the text of every file, sound as it is."""
    entries = [ENTRY, ENTRY | {"slug": HELD, "outcomes": []}]
    return {**{f"hub/{name}": text for name, text in HUB.items()}, EXPERIMENTS: json.dumps(entries)}


def write(folder: Path, texts: dict[str, str | bytes]) -> None:
    """Write the files of `files`, or what has become of them."""
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())


def parsed(name: str, text: str) -> Any:
    """Read a sound file."""
    return json.loads(text) if name.endswith(".json") else tomllib.loads(text)


def dumped(name: str, found: Any) -> str:
    """Write what was read, and changed, in the file's own form."""
    if name.endswith(".json"):
        return json.dumps(found, default=str)
    return "".join(f"{json.dumps(key)} = {toml(value)}\n" for key, value in found.items())


def toml(value: Any) -> str:
    """Write a value as TOML, which knows no null."""
    if isinstance(value, dict):
        inner = ", ".join(f"{json.dumps(key)} = {toml(item)}" for key, item in value.items())
        return f"{{{inner}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, str | bool) or value is None:
        # TOML's short escapes are JSON's, but it takes no half of a character.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, float):
        return "nan" if math.isnan(value) else repr(value)
    return str(value)
