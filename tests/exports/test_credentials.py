"""Credentials that are none, or that the service refuses; none is ever printed."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from emulators.storage_proxy import StorageProxy
from exports.exporting import NO_CREDENTIALS, URI, Connect, refusal


def test_credentials_that_the_service_refuses_are_explained(proxy: StorageProxy) -> None:
    proxy.answer = lambda _: (401, b'{"error": {"message": "Invalid Credentials"}}')
    found = refusal()
    start = f"JETSTREAM_EXPORT_URI: cannot export {URI}: no valid Google credentials ("
    assert found.startswith(start)
    assert found.endswith(NO_CREDENTIALS)


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
    found = refusal()
    start = f"JETSTREAM_EXPORT_URI: cannot export {URI}: no valid Google credentials ("
    assert found.startswith(start)
    assert found.endswith(NO_CREDENTIALS)


def test_credentials_that_google_refuses_are_not_repeated(
    tmp_path: Path, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    with HTTPServer(("127.0.0.1", 0), _RefusesKeys) as google:
        Thread(target=google.serve_forever, args=(0.02,), daemon=True).start()
        secret = _key_file(tmp_path / "key.json", f"http://127.0.0.1:{google.server_port}/token")
        monkeypatch.delenv("STORAGE_EMULATOR_HOST", raising=False)
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "key.json"))
        found = refusal()
        google.shutdown()
    assert found == (
        f"JETSTREAM_EXPORT_URI: cannot export {URI}: no valid Google credentials (RefreshError); "
        + NO_CREDENTIALS
    )
    assert secret not in found
