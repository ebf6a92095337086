"""Where the machine code is kept."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import pytest

from dbt_jetstream.review.googlesql import compiled


def test_the_code_is_kept_by_versions_in_the_user_s_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    path = compiled.path()
    assert path.parent == tmp_path / "dbt-jetstream"
    assert version("zetasql") in path.name
    assert version("wasmtime") in path.name
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert compiled.path() == tmp_path / "home/.cache/dbt-jetstream" / path.name


def test_code_of_another_machine_is_no_reason_to_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What cannot be loaded is made anew; here from the smallest module."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(compiled, "get_wasm_path", lambda: tmp_path / "empty.wasm")
    (tmp_path / "empty.wasm").write_bytes(b"\0asm\1\0\0\0")
    engine = compiled.engine()
    for _ in range(2):
        compiled.path().parent.mkdir(exist_ok=True)
        compiled.path().write_bytes(b"no code")
        compiled.module(engine)
        assert compiled.path().read_bytes()[:4] == b"\x7fELF"
        assert [file.name for file in compiled.path().parent.iterdir()] == [compiled.path().name]
    compiled.module(engine)
