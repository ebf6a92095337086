"""Exports from dbt on DuckDB to Google Cloud Storage, as an emulator has it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from built_tables import exports

from conftest import (
    DEMO_LAST_DAY,
    GOLDEN,
    SMALL,
    Project,
    copy_built,
    golden_project,
    requires_golden,
    small_built,
)
from emulators.storage import StorageServer
from emulators.storage_proxy import Moment, Request, StorageProxy, proxied
from exported_time import without_time
from tiers import exhaustive

SLUG, NAME = "fenix-toolbar-shortcut", "fenix_toolbar_shortcut"
GOLDEN_SLUG, GOLDEN_NAME = "pip-toggle-visibility", "pip_toggle_visibility"
BUCKET, PREFIX = "results", "jetstream"
# What reaches a user of something that broke inside.
CODE = ("Traceback", 'File "', "urllib3", "HTTPConnectionPool", "Max retries")
# Objects by name: their generations and contents.
Objects = dict[str, tuple[str, bytes]]


@dataclass
class StoredProject(Project):
    """A project that exports to storage.

    Attributes:
        uri: Where its exports go.
        host: The URL of the storage service.
    """

    uri: str
    host: str

    def environment(self, as_of: str | None = None) -> dict[str, str]:
        storage = {"JETSTREAM_EXPORT_URI": self.uri, "STORAGE_EMULATOR_HOST": self.host}
        return super().environment(as_of) | storage


def _stored(project: Project, uri: str, host: str) -> StoredProject:
    return StoredProject(project.path, uri, host)


def _expected_names(name: str, *periods: str) -> set[str]:
    statistics = {f"statistics/statistics_{name}_{period}.json" for period in periods}
    kinds = {f"{kind}/{kind}_{name}.json" for kind in ("metadata", "errors", "trust")}
    return statistics | kinds


@pytest.fixture(scope="module")
def in_folder() -> Project:
    """The small Glean experiment, whose exports went to a folder when it was built."""
    return small_built(SLUG, DEMO_LAST_DAY)


@pytest.fixture(scope="module")
def built(
    in_folder: Project, storage: StorageServer, tmp_path_factory: pytest.TempPathFactory
) -> StoredProject:
    """The same, whose exports go to a bucket now."""
    storage.make_bucket(BUCKET)
    copy = copy_built(in_folder, tmp_path_factory.mktemp("stored") / "project")
    # The slash at the end is the user's.
    project = _stored(copy, f"gs://{BUCKET}/{PREFIX}/", storage.url)
    project.build(SLUG, DEMO_LAST_DAY)
    return project


def test_a_bucket_gets_what_a_folder_gets(
    built: StoredProject, in_folder: Project, storage: StorageServer, tmp_path: Path
) -> None:
    folder = storage.download(BUCKET, PREFIX, tmp_path)
    found = {
        path.relative_to(folder).as_posix(): without_time(path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert set(found) == _expected_names(NAME, "weekly", "overall")
    assert found == exports(in_folder)
    kinds = {item["contentType"] for item in storage.objects(BUCKET).values()}
    assert kinds == {"application/json; charset=utf-8"}


def test_a_build_with_nothing_new_touches_no_object(
    built: StoredProject, storage: StorageServer
) -> None:
    before = storage.objects(BUCKET)
    built.build(SLUG, DEMO_LAST_DAY)
    assert storage.objects(BUCKET) == before


def test_a_bucket_needs_no_prefix(built: StoredProject, storage: StorageServer) -> None:
    storage.make_bucket("bare")
    bare = _stored(built, "gs://bare/", storage.url)
    done = bare.run("dbt", "run", "--select", f"statistics_{NAME}_weekly", as_of=DEMO_LAST_DAY)
    assert done.returncode == 0, done.stdout
    names = {f"{kind}/{kind}_{NAME}.json" for kind in ("metadata", "errors")}
    names.add(f"statistics/statistics_{NAME}_weekly.json")
    assert set(storage.objects("bare")) == names


@exhaustive
@requires_golden
def test_the_golden_comparison_passes_on_what_lies_in_the_bucket(
    storage: StorageServer, tmp_path: Path
) -> None:
    storage.make_bucket("golden")
    # A copy: nobody else can read a database meanwhile.
    copy = copy_built(golden_project(), tmp_path / "project")
    project = _stored(copy, "gs://golden/p/q", storage.url)
    done = project.run("jetstream", "export", GOLDEN_SLUG, "--date", "2024-04-15")
    assert done.returncode == 0, done.stderr
    folder = storage.download("golden", "p/q", tmp_path / "read")
    periods = ("daily", "weekly", "days28", "overall", "preenrollment_weekly")
    names = _expected_names(GOLDEN_NAME, *periods, "preenrollment_days28")
    assert {name.removeprefix("p/q/") for name in storage.objects("golden")} == names
    command = [sys.executable, GOLDEN / "compare.py", GOLDEN / "expected/statistics"]
    done = subprocess.run(
        [*map(str, command), str(folder / "statistics")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "rows 51722 missing 0 extra 0" in done.stdout


# A server that is killed, and what is in the midst of being exported.

VIEW = f"statistics_{NAME}_weekly"
OBJECT = f"{PREFIX}/statistics/{VIEW}.json"
OLD = b'[{"old": true}]'


def _is_upload(request: Request) -> bool:
    return request.path.startswith("/upload/") and OBJECT.encode() in request.body


def _is_copy(request: Request) -> bool:
    return "/rewriteTo/" in request.path and OBJECT in request.path


def _is_delete(request: Request) -> bool:
    return request.method == "DELETE" and OBJECT in request.path


# When the server is killed, and how much of the request's body still reaches it.
MOMENTS: dict[str, tuple[Moment, float]] = {
    "while it is uploaded": (_is_upload, 0.5),
    "before it is uploaded": (_is_upload, 0.0),
    "before the temporary object is deleted": (_is_delete, 0.0),
    "before it is copied": (_is_copy, 0.0),
}


@dataclass
class Kill:
    """What a kill did.

    Attributes:
        service: The address of the service.
        failed: The build during which the server was killed.
        before: The objects before it, each with its generation and content.
        left: The objects when the server was started again.
        repaired: The next build.
        after: The objects after that.
    """

    service: str
    failed: subprocess.CompletedProcess[str]
    before: Objects
    left: Objects
    repaired: subprocess.CompletedProcess[str]
    after: Objects


def _contents(server: StorageServer) -> Objects:
    generations = server.generations(BUCKET)
    return {name: (found, server.read(BUCKET, name)) for name, found in generations.items()}


@contextmanager
def _victim(built: Project, path: Path) -> Iterator[tuple[StoredProject, StorageProxy]]:
    """Yield a copy of what is built, with a bucket of its own, where one object is old."""
    server = StorageServer(path / "root").start()
    try:
        server.make_bucket(BUCKET)
        server.write(BUCKET, OBJECT, OLD.decode())
        copy = copy_built(built, path / "project")
        with proxied(server) as proxy:
            yield _stored(copy, f"gs://{BUCKET}/{PREFIX}", proxy.url), proxy
    finally:
        server.kill()


def _kill(
    built: Project, path: Path, moment: tuple[Moment, float], failing: list[str], repairing: str
) -> Kill:
    with _victim(built, path) as (project, proxy):
        before = _contents(proxy.server)
        proxy.kill_at, proxy.share = moment
        failed = project.run(*failing, as_of=DEMO_LAST_DAY)
        assert proxy.server.process is None, "it was not killed"
        proxy.kill_at = lambda _: False
        proxy.server.start()
        left = _contents(proxy.server)
        repaired = project.run("dbt", "build", "--select", repairing, as_of=DEMO_LAST_DAY)
        service = proxy.url.removeprefix("http://")
        return Kill(service, failed, before, left, repaired, _contents(proxy.server))


@pytest.fixture(scope="module")
def kills(built: StoredProject, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Kill]:
    """One kill for each moment; at once, since builds wait for a dead service most of the time."""
    failing = ["dbt", "build", "--select", VIEW]
    with ThreadPoolExecutor(len(MOMENTS)) as pool:
        running = {
            name: pool.submit(_kill, built, tmp_path_factory.mktemp("kill"), moment, failing, VIEW)
            for name, moment in MOMENTS.items()
        }
        return {name: kill.result() for name, kill in running.items()}


@exhaustive
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_kill_leaves_an_object_whole(
    kills: dict[str, Kill], in_folder: Project, moment: str
) -> None:
    kill = kills[moment]
    copied = moment == "before the temporary object is deleted"
    uploaded = copied or moment == "before it is copied"
    new = (in_folder.exports / f"statistics/{VIEW}.json").read_bytes()
    assert kill.before.keys() == {OBJECT}
    assert kill.left.keys() == ({OBJECT, f"{OBJECT}.tmp"} if uploaded else {OBJECT})
    if copied:
        assert kill.left[OBJECT][1] == new
    else:
        assert kill.left[OBJECT] == kill.before[OBJECT]
        assert kill.left[OBJECT][1] == OLD


@exhaustive
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_build_whose_server_is_killed_fails_and_says_why(
    kills: dict[str, Kill], moment: str
) -> None:
    kill = kills[moment]
    assert kill.failed.returncode == 1
    uris = _explained(kill.failed.stdout, kill.service)
    # The view's hook, and the hook that ends the run.
    assert uris == [f"gs://{BUCKET}/{OBJECT}", f"gs://{BUCKET}/{PREFIX}/errors/errors_{NAME}.json"]


@exhaustive
@pytest.mark.parametrize("moment", MOMENTS)
def test_the_next_build_repairs_what_a_kill_left(
    kills: dict[str, Kill], in_folder: Project, moment: str
) -> None:
    kill = kills[moment]
    assert kill.repaired.returncode == 0, kill.repaired.stdout
    # No temporary object is among them.
    names = {
        name.removeprefix(f"{PREFIX}/"): without_time(content)
        for name, (_, content) in kill.after.items()
    }
    paths = [f"{kind}/{kind}_{NAME}.json" for kind in ("errors", "metadata")]
    expected = exports(in_folder)
    assert names == {path: expected[path] for path in (f"statistics/{VIEW}.json", *paths)}


@exhaustive
def test_a_days_run_tells_of_a_dead_service_and_a_build_repairs_it(
    built: StoredProject, in_folder: Project, tmp_path: Path
) -> None:
    run = ["jetstream", "run", "--experiment", SLUG, "--date", DEMO_LAST_DAY]
    run += [f"--metric-hub={SMALL}", f"--experiments={SMALL / 'experiments.json'}"]
    name = f"{PREFIX}/metadata/metadata_{NAME}.json"

    def is_copy(request: Request) -> bool:
        return "/rewriteTo/" in request.path and name in request.path

    kill = _kill(built, tmp_path, (is_copy, 0.0), run, f"experiment:{SLUG}")
    assert kill.failed.returncode == 1
    failed = [line for line in kill.failed.stdout.splitlines() if line.startswith("failed: ")]
    uris = [f"gs://{BUCKET}/{name}"]
    assert _explained(kill.failed.stdout, kill.service) == uris, failed
    assert kill.failed.stdout.splitlines()[-1] == "not all is well: see the lines above"
    # It is the last to be written: all results are there.
    assert kill.left[OBJECT][1] != OLD
    assert kill.repaired.returncode == 0, kill.repaired.stdout
    found = {
        path.removeprefix(f"{PREFIX}/"): without_time(text)
        for path, (_, text) in kill.after.items()
    }
    assert found == {path: text for path, text in exports(in_folder).items() if NAME in path}


def _explained(output: str, service: str) -> list[str]:
    """List the objects of which a line says that they could not be exported, and why."""
    for code in CODE:
        assert code not in output
    start, end = "JETSTREAM_EXPORT_URI: cannot export ", "); run again when it does"
    reason = f"the storage service at {service}, named by STORAGE_EMULATOR_HOST, does not answer ("
    found = []
    for line in output.splitlines():
        if start in line:
            uri, _, said = line.partition(start)[2].partition(": ")
            assert said.startswith(reason), line
            assert said.endswith(end), line
            found.append(uri)
    return found
