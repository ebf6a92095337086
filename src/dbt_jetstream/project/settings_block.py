"""What dbt_project.yml of a project that uses this package says, added where it is missing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from dbt_jetstream.inputs.settings import FILE
from dbt_jetstream.lock.nodes.node import PACKAGE
from dbt_jetstream.project.template import NAME, TEMPLATE
from dbt_jetstream.project.yaml_edit import YamlFile

FOLDERS = {"model-paths": ("models", "python_models"), "seed-paths": ("seeds",)}
OURS = f"{PACKAGE}.query_comment(node)"
# Models of experiments have our comment, all others the project's own.
EITHER = (
    "{{% if node and node.fqn[1:2] in [['experiments'], ['private']] %}}"
    "{{{{ " + OURS + " }}}}{{% else %}}{theirs}{{% endif %}}"
)


def add_settings(file: YamlFile) -> list[str]:
    """Add what is missing to a dbt_project.yml; returns the keys that were added or changed."""
    name = file.get("name")
    found = [key for key, folders in FOLDERS.items() if _add_folders(file, key, folders)]
    found += ["query-comment"] if _add_comment(file) else []
    for place, part in _blocks():
        keys = tuple(name if key == NAME else key for key in place)
        if file.add(keys, part.text, part.comment):
            found.append(".".join(keys))
    return found


def _add_folders(file: YamlFile, key: str, folders: tuple[str, ...]) -> bool:
    default = folders[0]
    if file.get(key) is None:
        return folders != (default,) and file.add([key], f"[{', '.join(folders)}]")
    added = [file.append(key, folder) for folder in folders]
    return any(added)


def _add_comment(file: YamlFile) -> bool:
    """Let queries of experiments say so, and all others what they said before."""
    found = file.get("query-comment")
    if found is None:
        return file.add(["query-comment"], _block("query-comment"))
    keys = ["query-comment", "comment"] if isinstance(found, dict) else ["query-comment"]
    theirs = str((found.get("comment") if isinstance(found, dict) else found) or "")
    if OURS in theirs:
        return False
    merged = _quoted(EITHER.format(theirs=theirs))
    if isinstance(found, dict) and "comment" not in found:
        return file.add(keys, _quoted("{{ " + OURS + " }}"))
    file.replace(keys, merged)
    return True


def _quoted(text: str) -> str:
    return yaml.safe_dump(text, default_style='"', width=float("inf")).strip()


@dataclass
class _Part:
    """A value in the template, and the comment before its key."""

    text: str
    comment: str = ""


def _blocks() -> Iterator[tuple[tuple[str, ...], _Part]]:
    """Yield the settings of the template with the keys that they go under."""
    models = _parts(_block("models", NAME))
    for folder in ("experiments", "private"):
        yield ("models", NAME, folder), models["experiments"]
    for seed, block in _parts(_block("seeds", NAME)).items():
        yield ("seeds", NAME, seed), block
    for variable, block in _parts(_block("vars")).items():
        yield ("vars", variable), block


def _block(*keys: str) -> str:
    """Return what stands below keys in the template, as it is written there."""
    text = (TEMPLATE / FILE).read_text(encoding="utf-8")
    for key in keys:
        text = _parts(text)[key].text
    return text


def _parts(text: str) -> dict[str, _Part]:
    """Divide a block mapping: each value as it is written there, dedented."""
    found: dict[str, _Part] = {}
    comment: list[str] = []
    key = ""
    for line in text.splitlines():
        top = re.match(r"([\w-]+):(.*)$", line)
        if top:
            key = top[1]
            value = top[2].replace("&experiments", "").strip()
            found[key], comment = _Part(value, "\n".join(comment)), []
        elif line.startswith("#"):
            comment.append(line)
        elif key:
            found[key].text += "\n" + line[2:]
    return {name: _Part(part.text.strip("\n"), part.comment) for name, part in found.items()}
