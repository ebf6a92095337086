"""Where exports go, and places that are none."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from conftest import REPOSITORY
from dbt_jetstream.review.render import Renderer, RenderError
from exports.exporting import Connect, refusal


@pytest.mark.parametrize("host", ["127.0.0.1:1", "localhost", "http://"])
def test_a_host_that_is_no_url_is_named(connect: Connect, host: str) -> None:
    connect(host)
    message = refusal()
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
    assert refusal(uri) == f"JETSTREAM_EXPORT_URI: cannot export {problem}"


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


def _written(renderer: Renderer, version: str, plugins: list[dict[str, str]]) -> str:
    """Render the statement that writes a file, on DuckDB."""
    target = SimpleNamespace(type="duckdb", plugins=plugins)
    renderer.environment.globals.update(
        dbt_version=version, target=target, flags=SimpleNamespace(EMPTY=False)
    )
    return str(renderer.macros["write_json"]("select 1 as one", "x/y.json", array=True))


def test_a_dbt_without_plugins_leaves_files_on_duckdb_to_the_command() -> None:
    renderer = Renderer(REPOSITORY, "duckdb")
    plugins = [{"module": "dbt_jetstream.duckdb_plugin"}]
    # In dbt Cloud a version may be a date.
    for version in ("1.11.2", "2026.8.18+996c6a8"):
        assert "export_text" in _written(renderer, version, plugins)
    assert _written(renderer, "2.0.9", plugins).strip() == ""
    with pytest.raises(RenderError, match=r"plugins: .*add it to the target"):
        _written(renderer, "1.11.2", [])
