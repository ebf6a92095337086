"""Experiments from a URL, and URLs that give none."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from checks.desk import ENTRY, SLUG
from dbt_jetstream.common.errors import ConfigErrors
from dbt_jetstream.inputs import experiments
from dbt_jetstream.inputs.experiments import read_all


class _Api(http.server.BaseHTTPRequestHandler):
    """Answers as Experimenter would, and as a server that is down."""

    def do_GET(self) -> None:
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/experiments/")
            self.end_headers()
            return
        known = self.path == "/experiments/"
        body = json.dumps([ENTRY]).encode() if known else b"<html>"
        self.send_response(200 if known or self.path == "/page" else 503)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Keep the tests' output clean."""


@pytest.fixture
def api() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Api) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_experiments_are_read_from_a_url(api: str) -> None:
    for page in ("experiments/", "moved"):
        assert [e.normandy_slug for e in read_all(f"{api}/{page}").found] == [SLUG]


def _closed(api: str) -> str:
    return f"http://127.0.0.1:1/{api[:0]}"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (lambda api: f"{api}/down", "the server answered 503 Service Unavailable; check the addr"),
        (lambda api: f"{api}/page", "not valid JSON"),
        (_closed, "cannot be downloaded: [Errno 111] Connection refused; check the address"),
        (lambda _: "http://[odd", "cannot be downloaded: "),
        (lambda _: "http://a b/", "cannot be downloaded: "),
    ],
)
def test_a_url_that_gives_no_experiments_is_named_in_one_line(
    api: str, address: Callable[[str], str], words: str
) -> None:
    url = address(api)
    with pytest.raises(ConfigErrors) as caught:
        read_all(url)
    assert str(caught.value).startswith(f"{url}: {words}")
    assert "\n" not in str(caught.value)


def test_a_download_is_bounded(api: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(experiments, "MAX_BYTES", 10)
    with pytest.raises(ConfigErrors, match="has more than 10 bytes"):
        read_all(f"{api}/experiments/")
    monkeypatch.setattr(experiments, "MAX_BYTES", 10_000)
    monkeypatch.setattr(experiments, "MAX_SECONDS", -1.0)
    with pytest.raises(ConfigErrors, match="took more than"):
        read_all(f"{api}/experiments/")
