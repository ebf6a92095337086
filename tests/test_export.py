"""Exports: a reader sees the old one or the new one, and an export that fails says why."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from conftest import REPOSITORY
from dbt_jetstream.export import export_text
from dbt_jetstream.render import Renderer
from dbt_jetstream.storage import objects
from emulators.storage import StorageServer
from emulators.storage_proxy import Request, StorageProxy, proxied

BUCKET = "unit"
NAME = "jetstream/errors/errors_a.json"
URI = f"gs://{BUCKET}/{NAME}"

NO_CREDENTIALS = (
    "run `gcloud auth application-default login`, or let GOOGLE_APPLICATION_CREDENTIALS name the "
    "key file of a service account"
)

Connect = Callable[[str], None]


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Iterator[Connect]:
    """Let exports go to a server by its URL."""

    def to(url: str) -> None:
        objects._client.cache_clear()
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", url)

    yield to
    objects._client.cache_clear()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StorageServer]:
    server = StorageServer(tmp_path_factory.mktemp("unit")).start()
    try:
        server.make_bucket(BUCKET)
        yield server
    finally:
        server.kill()


@pytest.fixture
def bucket(server: StorageServer, connect: Connect) -> StorageServer:
    """An empty bucket, connected."""
    for name in server.objects(BUCKET):
        server.delete(BUCKET, name)
    connect(server.url)
    return server


@pytest.fixture
def proxy(bucket: StorageServer, connect: Connect) -> Iterator[StorageProxy]:
    """A proxy before the bucket, connected."""
    with proxied(bucket) as proxy:
        connect(proxy.url)
        yield proxy


def _message(uri: str = URI) -> str:
    with pytest.raises(ValueError, match=r"^JETSTREAM_EXPORT_URI: ") as raised:
        export_text(uri, "[]")
    # What dbt and DuckDB may print of it besides.
    assert raised.value.__cause__ is None
    return str(raised.value)


def _steps(proxy: StorageProxy) -> list[str]:
    """What each request was for."""
    kinds = {"GET": "list", "DELETE": "delete", "POST": "upload"}
    return ["copy" if "/rewriteTo/" in r.path else kinds[r.method] for r in proxy.requests]


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
    assert _steps(proxy) == ["list"]


@pytest.mark.parametrize("text", ["[2]", "[1, 2]"], ids=["of equal size", "longer"])
def test_a_changed_object_is_replaced(proxy: StorageProxy, text: str) -> None:
    export_text(URI, "[1]")
    old = proxy.server.generations(BUCKET)[NAME]
    proxy.requests.clear()
    assert export_text(URI, text) == "written"
    assert proxy.server.read(BUCKET, NAME) == text.encode()
    assert list(proxy.server.objects(BUCKET)) == [NAME]
    assert _steps(proxy) == ["list", "upload", "copy", "delete"]
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


def _once(status: int, body: bytes, share: str) -> Callable[[Request], tuple[int, bytes] | None]:
    """Answer the first request whose path holds `share`, and let the others pass."""
    left = [(status, body)]
    return lambda request: left.pop() if share in request.path and left else None


@pytest.mark.parametrize("status", [429, 500, 503])
@pytest.mark.parametrize("step", ["/o?", "/upload/", "/rewriteTo/", ".tmp?"])
def test_a_passing_failure_is_retried(proxy: StorageProxy, status: int, step: str) -> None:
    proxy.answer = _once(status, b"{}", step)
    assert export_text(URI, "[1]") == "written"
    assert proxy.server.read(BUCKET, NAME) == b"[1]"
    assert list(proxy.server.objects(BUCKET)) == [NAME]


def test_a_copy_whose_answer_was_lost_is_no_conflict(proxy: StorageProxy) -> None:
    def answer(request: Request) -> tuple[int, bytes] | None:
        if "/rewriteTo/" not in request.path:
            return None
        # The service copies once. Then there is another generation than the one to be replaced.
        if _steps(proxy).count("copy") > 1:
            return 412, b'{"error": {"message": "conditionNotMet"}}'
        source = f"{proxy.server.url}/storage/v1/b/{BUCKET}/o/" + NAME.replace("/", "%2F")
        copied = requests.post(
            f"{source}.tmp/rewriteTo/b/{BUCKET}/o/" + NAME.replace("/", "%2F"), timeout=10
        )
        assert copied.ok
        return 503, b""

    proxy.answer = answer
    assert export_text(URI, "[1]") == "written"
    assert proxy.server.read(BUCKET, NAME) == b"[1]"
    assert list(proxy.server.objects(BUCKET)) == [NAME]


@pytest.mark.parametrize("status", [404, 412], ids=["its temporary object", "its object"])
def test_another_runs_object_is_not_overwritten(proxy: StorageProxy, status: int) -> None:
    export_text(URI, '["theirs"]')
    # As Google Cloud Storage does where a generation is not the named one; the emulator copies.
    proxy.answer = lambda request: (status, b"{}") if "/rewriteTo/" in request.path else None
    assert _message() == (
        f"JETSTREAM_EXPORT_URI: cannot export {URI}: another run has written it meanwhile; "
        "let one run end before the next starts"
    )
    assert proxy.server.read(BUCKET, NAME) == b'["theirs"]'


def test_an_absent_bucket_is_named(bucket: StorageServer) -> None:
    assert _message("gs://absent/errors/a.json") == (
        "JETSTREAM_EXPORT_URI: cannot export gs://absent/errors/a.json: the bucket `absent` does "
        "not exist; create it, or name another"
    )


@pytest.mark.parametrize("step", ["/o?", "/upload/", "/rewriteTo/"])
def test_a_denied_permission_names_the_role(proxy: StorageProxy, step: str) -> None:
    export_text(URI, "[1]")
    reason = "dbt@p.iam.gserviceaccount.com does not have storage.objects.create access\nto it."
    body = json.dumps({"error": {"code": 403, "message": reason}}).encode()
    proxy.answer = lambda request: (403, body) if step in request.path else None
    assert _message() == (
        f"JETSTREAM_EXPORT_URI: cannot export {URI}: permission denied: "
        "dbt@p.iam.gserviceaccount.com does not have storage.objects.create access to it.; "
        "grant the account that runs dbt the role roles/storage.objectUser on the bucket "
        f"`{BUCKET}`"
    )
    assert proxy.server.read(BUCKET, NAME) == b"[1]"


def test_credentials_that_the_service_refuses_are_explained(proxy: StorageProxy) -> None:
    proxy.answer = lambda _: (401, b'{"error": {"message": "Invalid Credentials"}}')
    found = _message()
    start = f"JETSTREAM_EXPORT_URI: cannot export {URI}: no valid Google credentials ("
    assert found.startswith(start)
    assert found.endswith(NO_CREDENTIALS)


def test_another_refusal_gives_the_services_words(proxy: StorageProxy) -> None:
    proxy.answer = lambda _: (400, b'{"error": {"message": "User project is missing."}}')
    assert _message().endswith(": the storage service refused it: User project is missing.")
    proxy.answer = lambda _: (400, b"<html>")
    assert _message().endswith(": the storage service refused it: HTTP 400")


def _gone(connect: Connect, port: int) -> str:
    connect(f"http://user:hunter2@127.0.0.1:{port}")
    began = time.monotonic()
    message = _message()
    assert time.monotonic() - began < 30
    named = f"the storage service at 127.0.0.1:{port}, named by STORAGE_EMULATOR_HOST,"
    start = f"JETSTREAM_EXPORT_URI: cannot export {URI}: {named} does not answer ("
    assert message.startswith(start)
    assert message.endswith("); run again when it does")
    return message.removeprefix(start).partition(")")[0]


def test_a_dead_service_is_given_up_within_half_a_minute(connect: Connect) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        # Nobody listens.
        assert _gone(connect, listener.getsockname()[1]) == "ConnectionError"


def test_a_service_that_hangs_is_given_up_within_half_a_minute(connect: Connect) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        assert _gone(connect, listener.getsockname()[1]) == "ReadTimeout"


def test_a_service_that_only_fails_is_given_up(proxy: StorageProxy) -> None:
    proxy.answer = lambda _: (503, b"")
    assert "does not answer (HTTP 503); run again" in _message()


@pytest.mark.parametrize("host", ["127.0.0.1:1", "localhost", "http://"])
def test_a_host_that_is_no_url_is_named(connect: Connect, host: str) -> None:
    connect(host)
    message = _message()
    assert "STORAGE_EMULATOR_HOST" in message
    assert "http://HOST:PORT" in message


@pytest.mark.parametrize(
    ("uri", "problem"),
    [
        (
            "gs:///errors/a.json",
            "gs:///errors/a.json: it names no bucket; give gs://BUCKET/PREFIX or a folder",
        ),
        (
            "gs://My_Bucket/errors/a.json",
            "gs://My_Bucket/errors/a.json: `My_Bucket` cannot be a bucket's name; "
            "give gs://BUCKET/PREFIX or a folder",
        ),
        (
            "gs://user:hunter2@bucket!/errors/a.json",
            "gs://bucket!/errors/a.json: `bucket!` cannot be a bucket's name; "
            "give gs://BUCKET/PREFIX or a folder",
        ),
        (
            "s3://KEY:hunter2@bucket/p/errors/a.json",
            "errors/a.json: `s3://` is not supported; give gs://BUCKET/PREFIX or a folder",
        ),
        (
            "https://user:hunter2@host/p/errors/a.json",
            "errors/a.json: `https://` is not supported; give gs://BUCKET/PREFIX or a folder",
        ),
        (
            "gcs://bucket/errors/a.json",
            "errors/a.json: `gcs://` is not supported; give gs://BUCKET/PREFIX or a folder",
        ),
    ],
)
def test_a_place_that_is_none_is_explained(uri: str, problem: str) -> None:
    assert _message(uri) == f"JETSTREAM_EXPORT_URI: cannot export {problem}"


class _RefusesKeys(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.send_response(400)
        self.end_headers()
        self.wfile.write(b'{"error": "invalid_grant", "assertion": "hunter2"}')

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _key_file(path: Path, token_uri: str) -> str:
    """Write a key as Google's console does; returns what is secret in it."""
    key = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    account = {
        "type": "service_account",
        "client_email": "dbt@p.iam.gserviceaccount.com",
        "private_key": key.decode(),
        "private_key_id": "hunter2",
        "token_uri": token_uri,
    }
    path.write_text(json.dumps(account))
    return key.decode().splitlines()[3]


@pytest.mark.parametrize("content", [None, "no JSON", '{"type": "service_account"}'])
def test_credentials_that_are_none_are_explained(
    content: str | None, tmp_path: Path, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "key.json"
    if content is not None:
        path.write_text(content)
    monkeypatch.delenv("STORAGE_EMULATOR_HOST", raising=False)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    found = _message()
    start = f"JETSTREAM_EXPORT_URI: cannot export {URI}: no valid Google credentials ("
    assert found.startswith(start)
    assert found.endswith(NO_CREDENTIALS)


def test_credentials_that_google_refuses_are_not_repeated(
    tmp_path: Path, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    with HTTPServer(("127.0.0.1", 0), _RefusesKeys) as google:
        Thread(target=google.serve_forever, daemon=True).start()
        secret = _key_file(tmp_path / "key.json", f"http://127.0.0.1:{google.server_port}/token")
        monkeypatch.delenv("STORAGE_EMULATOR_HOST", raising=False)
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "key.json"))
        found = _message()
        google.shutdown()
    assert found == (
        f"JETSTREAM_EXPORT_URI: cannot export {URI}: no valid Google credentials (RefreshError); "
        + NO_CREDENTIALS
    )
    assert secret not in found


@pytest.mark.parametrize(
    ("variables", "uri"),
    [
        ({}, "./export"),
        ({"JETSTREAM_EXPORT_URI": ""}, "./export"),
        ({"JETSTREAM_EXPORT_URI": "out/"}, "out"),
        ({"JETSTREAM_EXPORT_URI": "gs://bucket"}, "gs://bucket"),
        ({"JETSTREAM_EXPORT_URI": "gs://bucket/"}, "gs://bucket"),
        ({"JETSTREAM_EXPORT_URI": "gs://bucket/a/b/"}, "gs://bucket/a/b"),
        ({"JETSTREAM_EXPORT_URI": "gs://"}, "gs://"),
        ({"DBT_JETSTREAM_EXPORT_URI": "gs://cloud/p"}, "gs://cloud/p"),
        ({"DBT_JETSTREAM_EXPORT_URI": "gs://cloud", "JETSTREAM_EXPORT_URI": "here"}, "here"),
    ],
)
def test_where_exports_go_is_read_from_two_variables(variables: dict[str, str], uri: str) -> None:
    renderer = Renderer(REPOSITORY, "bigquery")
    renderer.environment.globals["env_var"] = variables.get
    assert renderer.macros["export_uri"]() == uri


def test_no_server_is_left_running(tmp_path: Path) -> None:
    server = StorageServer(tmp_path).start()
    assert server.process is not None
    pid = server.process.pid
    server.kill()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
