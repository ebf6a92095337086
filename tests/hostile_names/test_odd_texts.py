"""Odd texts that are allowed, and come out of dbt as they were written."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from typing import Any

import pytest
import yaml

import hostile
from conftest import Project
from dbt_jetstream.lock.definition.file import FILE, text_of
from dbt_jetstream.lock.held import HeldLock
from hostile_names.desk import NO_PATH, OWN, Desk, sound

# What dbt would render, and what YAML would take for something else.
TEXTS = (
    "{{ env_var('HOME') }} {% raw %} {# x #}",
    "{{ '{{' }} }} {{{ {%- %}",
    "{% endraw %}{{ 1 / 0 }}\n\n{\n",
    'it\'s: "quoted" # no comment\n- name: x\n',
    "null",
    "1e3",
    "\\{{ \\n }} \t größe 枝 😀",
)
SLUGS = ("Bug-1647305_pref.release-78-80", "106.major")
BRANCHES = ("größer als", "枝", "नमूना", "v1.2 / a:b", "_x", NO_PATH)
LITERAL = "{{ x }} {% y %} {# z"


class Accepted:
    """Everything odd that is allowed, locked and parsed by dbt."""

    def __init__(self, desk: Desk) -> None:
        before = desk.tree()
        outcomes = desk.root / "hub/jetstream/outcomes/firefox_desktop"
        shutil.copy(outcomes / "clicking.toml", outcomes / "{{ it's }}.toml")
        entry, own = sound()
        slugs = [hostile.FRESH, *SLUGS]
        entry["branches"] += [{"slug": branch} for branch in BRANCHES]
        entry["outcomes"] = [{"slug": "{{ it's }}"}]
        own["experiment"]["exposure_signal"]["name"] = TEXTS[0]
        own["metrics"]["weekly"] = [f"m{i}" for i in range(len(TEXTS))]
        own["metrics"] |= {f"m{i}": _described(text) for i, text in enumerate(TEXTS)}
        own["experiment"]["segments"] = ["early"]
        own["segments"] = {
            "early": {
                "description": TEXTS[0],
                "data_source": "seen",
                "select_expression": f"LOGICAL_OR(ds.x = '{{{{ {json.dumps(LITERAL)} }}}}')",
            }
        }
        desk.write([entry | {"slug": slug} for slug in slugs], own)
        assert desk.sync() == 0
        self.project: Project = desk.project
        self.written = {*desk.tree()} - {*before}
        self.desk = desk
        done = self.project.run("dbt", "parse", DBT_WRITE_JSON="true")
        assert done.returncode == 0, done.stdout[-3000:]
        manifest = json.loads((self.project.path / "target/manifest.json").read_text())
        models = [n for n in manifest["nodes"].values() if n["resource_type"] == "model"]
        self.models = {model["name"]: model for model in models}


def _described(text: str) -> dict[str, Any]:
    # Braces of a literal are written twice: once for the hub's Jinja, once for its placeholders.
    braces = LITERAL.replace("{", "{{").replace("}", "}}")
    return {
        "description": text,
        "friendly_name": text,
        "data_source": "main",
        "select_expression": f"COUNTIF(ds.x = '{{{{ {json.dumps(braces)} }}}}')",
        "statistics": {"binomial": {}},
    }


@pytest.fixture(scope="module")
def accepted(tmp_path_factory: pytest.TempPathFactory) -> Accepted:
    return Accepted(Desk(tmp_path_factory.mktemp("accepted")))


def test_all_is_written_inside_of_the_project(accepted: Accepted) -> None:
    outcome = "{{ it's }}.toml"
    assert {path for path in accepted.written if path.name != outcome} == {
        path for path in accepted.written if path.is_relative_to(accepted.project.path)
    }
    folders = {
        path.parent.name for path in accepted.project.path.glob(f"models/experiments/*/{FILE}")
    }
    assert folders == {hostile.FRESH, *SLUGS}


def test_descriptions_come_out_of_dbt_as_they_were_written(accepted: Accepted) -> None:
    weekly = accepted.models["fresh_one_weekly"]["columns"]
    described = accepted.models["statistics_fresh_one"]["config"]["meta"]["metadata"]["metrics"]
    for i, text in enumerate(TEXTS):
        sql = f"COUNTIF(ds.x = '{LITERAL}')"
        assert weekly[f"m{i}"]["description"] == f"{text} `{sql}`"
        has_jinja = "{{" in text or "{%" in text
        # dbt drops the last line end of any text in `meta`; of texts with Jinja it is kept.
        expected = text if has_jinja else text.removesuffix("\n")
        assert described[f"m{i}"]["description"] == expected


def test_sql_that_looks_like_jinja_comes_out_of_dbt_as_it_was_written(accepted: Accepted) -> None:
    sources = accepted.models["fresh_one_weekly"]["config"]["meta"]["data_sources"]
    metrics = {metric["name"]: metric for s in sources for metric in s["daily_metrics"]}
    for i in range(len(TEXTS)):
        assert metrics[f"m{i}"]["select_expression"] == f"COUNTIF(ds.x = '{LITERAL}')"
    enrollments = accepted.models["enrollments_fresh_one"]
    (segments,) = enrollments["config"]["meta"]["segment_sources"]
    assert f"'{LITERAL}'" in json.dumps(segments["segments"][0]["sql"])
    assert enrollments["columns"]["early"]["description"] == f"Segment: {TEXTS[0]}"
    assert TEXTS[0] in accepted.models["fresh_one_exposure_days"]["description"]


def test_branches_of_any_language_come_out_of_dbt_as_they_were_written(accepted: Accepted) -> None:
    found = [m["config"]["meta"]["experiment"].get("branches") for m in accepted.models.values()]
    # What only looks its experiment up says no branches.
    assert [b for b in found if b] == [["control", "dark", *BRANCHES]] * 3 * len(
        {hostile.FRESH, *SLUGS}
    )


def test_a_later_end_date_changes_nothing_else_in_a_lock_of_odd_texts(accepted: Accepted) -> None:
    path = accepted.project.path / f"models/experiments/{hostile.FRESH}/{FILE}"
    before = yaml.safe_load(path.read_text())
    ending = HeldLock(hostile.FRESH, path, is_private=False).ending(dt.date(2026, 5, 4))
    after = yaml.safe_load(text_of(ending.definition))
    assert before["experiment"].pop("end_date") != after["experiment"].pop("end_date")
    for key in before.keys() - {"periods", "hashes", "expansion"}:
        assert after[key] == before[key]


def test_an_end_date_that_a_config_set_stays_until_a_rerun(accepted: Accepted) -> None:
    path = accepted.project.path / f"models/experiments/{hostile.FRESH}/{FILE}"
    before = path.read_text()
    entries = json.loads((accepted.desk.root / hostile.EXPERIMENTS).read_text())
    own = hostile.parsed(OWN, (accepted.desk.root / OWN).read_text())
    del own["experiment"]["end_date"]
    accepted.desk.write([entry | {"endDate": "2026-05-04"} for entry in entries], own)
    assert accepted.desk.sync() == 0
    assert path.read_text() == before
