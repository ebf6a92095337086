"""A service that fails, refuses or does not answer: what is retried, and what is said."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable

import pytest
import requests

from dbt_jetstream.exports.places import export_text
from dbt_jetstream.exports.storage import objects
from emulators.storage import StorageServer
from emulators.storage_proxy import Request, StorageProxy
from exports.exporting import BUCKET, NAME, URI, Connect, refusal, steps
from tiers import exhaustive


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
        if steps(proxy).count("copy") > 1:
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
    assert refusal() == (
        f"JETSTREAM_EXPORT_URI: cannot export {URI}: another run has written it meanwhile; "
        "let one run end before the next starts"
    )
    assert proxy.server.read(BUCKET, NAME) == b'["theirs"]'


def test_an_absent_bucket_is_named(bucket: StorageServer) -> None:
    assert refusal("gs://absent/errors/a.json") == (
        "JETSTREAM_EXPORT_URI: cannot export gs://absent/errors/a.json: the bucket `absent` does "
        "not exist; create it, or name another"
    )


@pytest.mark.parametrize("step", ["/o?", "/upload/", "/rewriteTo/"])
def test_a_denied_permission_names_the_role(proxy: StorageProxy, step: str) -> None:
    export_text(URI, "[1]")
    reason = "dbt@p.iam.gserviceaccount.com does not have storage.objects.create access\nto it."
    body = json.dumps({"error": {"code": 403, "message": reason}}).encode()
    proxy.answer = lambda request: (403, body) if step in request.path else None
    assert refusal() == (
        f"JETSTREAM_EXPORT_URI: cannot export {URI}: permission denied: "
        "dbt@p.iam.gserviceaccount.com does not have storage.objects.create access to it.; "
        "grant the account that runs dbt the role roles/storage.objectUser on the bucket "
        f"`{BUCKET}`"
    )
    assert proxy.server.read(BUCKET, NAME) == b"[1]"


def test_another_refusal_gives_the_services_words(proxy: StorageProxy) -> None:
    proxy.answer = lambda _: (400, b'{"error": {"message": "User project is missing."}}')
    assert refusal().endswith(": the storage service refused it: User project is missing.")
    proxy.answer = lambda _: (400, b"<html>")
    assert refusal().endswith(": the storage service refused it: HTTP 400")


def _gone(connect: Connect, port: int) -> str:
    connect(f"http://user:hunter2@127.0.0.1:{port}")
    began = time.monotonic()
    message = refusal()
    assert time.monotonic() - began < 30
    named = f"the storage service at 127.0.0.1:{port}, named by STORAGE_EMULATOR_HOST,"
    start = f"JETSTREAM_EXPORT_URI: cannot export {URI}: {named} does not answer ("
    assert message.startswith(start)
    assert message.endswith("); run again when it does")
    return message.removeprefix(start).partition(")")[0]


@exhaustive
def test_a_dead_service_is_given_up_within_half_a_minute(connect: Connect) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        # Nobody listens.
        assert _gone(connect, listener.getsockname()[1]) == "ConnectionError"


@exhaustive
def test_a_service_that_hangs_is_given_up_within_half_a_minute(connect: Connect) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        assert _gone(connect, listener.getsockname()[1]) == "ReadTimeout"


def test_a_service_that_only_fails_is_given_up(
    proxy: StorageProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    # How long it is tried for is what services that do not answer show.
    monkeypatch.setattr(objects, "RETRY", objects.RETRY.with_timeout(2.0))
    proxy.answer = lambda _: (503, b"")
    assert "does not answer (HTTP 503); run again" in refusal()
