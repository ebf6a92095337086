"""A storage server of its own, empty before each test, and a proxy before it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dbt_jetstream.exports.storage import objects
from emulators.storage import StorageServer
from emulators.storage_proxy import StorageProxy, proxied
from exports.exporting import BUCKET, Connect


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Iterator[Connect]:
    """Let exports go to a server by its URL."""

    def to(url: str) -> None:
        objects._client.cache_clear()
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", url)

    yield to
    objects._client.cache_clear()


@pytest.fixture(scope="package")
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
