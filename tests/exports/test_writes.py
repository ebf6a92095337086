"""What an export writes, replaces, leaves alone and cleans up."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dbt_jetstream.exports.places import export_text
from dbt_jetstream.exports.storage import objects
from emulators.storage import StorageServer
from emulators.storage_proxy import StorageProxy
from exports.exporting import BUCKET, NAME, URI, steps


def test_a_file_is_written_once(tmp_path: Path) -> None:
    path = tmp_path / "export/errors/errors_a.json"
    assert export_text(str(path), "[1]") == "written"
    before = path.stat()
    assert export_text(str(path), "[1]") == "unchanged"
    assert path.stat() == before
    assert export_text(str(path), "[2]") == "written"
    assert path.read_text() == "[2]"
    assert list(path.parent.iterdir()) == [path]


def test_storage_with_one_slash_is_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for path in ("gs:/bucket/errors/a.json", "GS:bucket/a.json"):
        with pytest.raises(OSError, match=r"two slashes, gs://BUCKET/PREFIX"):
            export_text(path, "[]")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "size"),
    [("[]", 2), ('[{"a": "ä 🦊 \\u2028"}]', 25), ("[" + " " * 9_000_000 + "]", 9_000_002)],
    ids=["empty", "unicode", "in several requests"],
)
def test_an_object_holds_the_text(bucket: StorageServer, text: str, size: int) -> None:
    assert export_text(URI, text) == "written"
    assert bucket.read(BUCKET, NAME) == text.encode()
    (described,) = bucket.objects(BUCKET).values()
    assert described["size"] == str(size)
    assert described["contentType"] == "application/json; charset=utf-8"


@pytest.mark.parametrize("name", ["a.json", "p r/ä/it's #1?x=1&y=%2F.json"])
def test_a_prefix_may_be_absent_or_odd(bucket: StorageServer, name: str) -> None:
    assert export_text(f"gs://{BUCKET}/{name}", "[]") == "written"
    assert list(bucket.objects(BUCKET)) == [name]
    assert export_text(f"gs://{BUCKET}/{name}", "[]") == "unchanged"


def test_an_unchanged_object_is_left_alone(proxy: StorageProxy) -> None:
    export_text(URI, "[1]")
    before = proxy.server.objects(BUCKET)
    proxy.requests.clear()
    assert export_text(URI, "[1]") == "unchanged"
    assert proxy.server.objects(BUCKET) == before
    assert steps(proxy) == ["list"]


@pytest.mark.parametrize("text", ["[2]", "[1, 2]"], ids=["of equal size", "longer"])
def test_a_changed_object_is_replaced(proxy: StorageProxy, text: str) -> None:
    export_text(URI, "[1]")
    old = proxy.server.generations(BUCKET)[NAME]
    proxy.requests.clear()
    assert export_text(URI, text) == "written"
    assert proxy.server.read(BUCKET, NAME) == text.encode()
    assert list(proxy.server.objects(BUCKET)) == [NAME]
    assert steps(proxy) == ["list", "upload", "copy", "delete"]
    # Only over the generation that was compared; the emulator does not look at it.
    assert f"ifGenerationMatch={old}" in proxy.requests[2].path
    assert "sourceGeneration=" in proxy.requests[2].path


@pytest.mark.parametrize(("text", "outcome"), [("[1]", "unchanged"), ("[2]", "written")])
def test_what_a_killed_run_left_is_removed(bucket: StorageServer, text: str, outcome: str) -> None:
    export_text(URI, "[1]")
    bucket.write(BUCKET, f"{NAME}.tmp", "[1, 2, ")
    assert export_text(URI, text) == outcome
    assert bucket.read(BUCKET, NAME) == text.encode()
    assert list(bucket.objects(BUCKET)) == [NAME]


def test_exports_in_threads_share_a_client(bucket: StorageServer) -> None:
    texts = {f"gs://{BUCKET}/errors/{i}.json": f"[{i}]" for i in range(24)}
    with ThreadPoolExecutor(8) as pool:
        clients = set(pool.map(lambda _: id(objects.client()), range(24)))
        outcomes = set(pool.map(export_text, texts, texts.values()))
    assert len(clients) == 1
    assert outcomes == {"written"}
    found = {f"gs://{BUCKET}/{n}": bucket.read(BUCKET, n).decode() for n in bucket.objects(BUCKET)}
    assert found == texts


def test_no_server_is_left_running(tmp_path: Path) -> None:
    server = StorageServer(tmp_path).start()
    assert server.process is not None
    pid = server.process.pid
    server.kill()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
