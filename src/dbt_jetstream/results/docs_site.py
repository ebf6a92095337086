"""Makes one page of dbt's static docs that works from a disk, with the macros' own words in it.

Run as `python -m dbt_jetstream.results.docs_site`, after `dbt docs generate`.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dbt_jetstream.exports.places import export_text
from dbt_jetstream.lock.nodes.node import PACKAGE
from dbt_jetstream.project.package import package_folder

# Where dbt's page takes its data from, and what of the page is changed: icons that browsers look
# for in files of odd names, and edges that can hardly be seen.
MANIFEST, CATALOG = '"MANIFEST.JSON INLINE DATA"', '"CATALOG.JSON INLINE DATA"'
CHANGES = {
    'xlink:href="{{': 'ng-href="{{',
    "${require('./assets/favicons/favicon.ico')}": "data:,",
    "#006f8a": "#63aabd",
}
DOCUMENTED = re.compile(
    r"\{#-?(.*?)-?#\}\s*\{%-?\s*(?:macro|test|materialization)\s+(\w+)", re.DOTALL
)
MATERIALIZATION = "materialization_"


def docs_page(project: Path, target: Path) -> str:
    """Return the page.

    Args:
        project: The dbt project.
        target: Where dbt has written index.html, manifest.json and catalog.json.

    Raises:
        ValueError: If the page of this dbt takes its data from elsewhere.
    """
    page = (target / "index.html").read_text(encoding="utf-8")
    if page.count(MANIFEST) != 1 or page.count(CATALOG) != 1:
        raise ValueError(f"{target / 'index.html'}: no page of dbt's docs that data fit into")
    manifest, catalog = (_read(target / f"{name}.json") for name in ("manifest", "catalog"))
    folders = {manifest["metadata"]["project_name"]: project, PACKAGE: package_folder(project)}
    for macro in manifest["macros"].values():
        if macro["package_name"] in folders:
            folder = folders[macro["package_name"]]
            macro["description"] = macro["description"] or _description(macro, folder)
    for old, new in CHANGES.items():
        page = page.replace(old, new)
    return page.replace(MANIFEST, _inline(manifest)).replace(CATALOG, _inline(catalog))


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _inline(data: Any) -> str:
    """Write data into a script; `</script>` in a text of users would end it."""
    return json.dumps(data).replace("<", "\\u003c")


def _description(macro: dict[str, Any], folder: Path) -> str:
    """Describe a macro by the comment before it, or by what it implements."""
    name = str(macro["name"])
    if name.startswith(MATERIALIZATION):
        # dbt adds the adapter.
        name = name.removeprefix(MATERIALIZATION).rpartition("_")[0]
    found = dict(_comments(folder / macro["original_file_path"]))
    adapter, _, general = name.partition("__")
    if name not in found and general in found:
        others = "adapters without one of their own" if adapter == "default" else adapter
        return f"`{general}` for {others}. {found[general]}"
    return found.get(name.removeprefix("test_"), found.get(name, ""))


def _comments(path: Path) -> Iterator[tuple[str, str]]:
    for comment, name in DOCUMENTED.findall(path.read_text(encoding="utf-8")):
        lines = [line.strip() for line in comment.strip().splitlines()]
        yield name, "\n".join(lines)


def main() -> int:
    """Write the page; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m dbt_jetstream.results.docs_site", description=__doc__
    )
    parser.add_argument("--project-dir", type=Path, default=Path())
    parser.add_argument("--out", type=Path, default=Path("site/docs/index.html"))
    options = parser.parse_args()
    try:
        page = docs_page(options.project_dir, options.project_dir / "target")
        export_text(str(options.out), page)
    except (OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"wrote {options.out}: open it in a browser")
    return 0


if __name__ == "__main__":
    sys.exit(main())
