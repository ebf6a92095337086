"""An object to export, the refusal of an export, and the requests that one took."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dbt_jetstream.exports.places import export_text
from emulators.storage_proxy import StorageProxy

BUCKET = "unit"
NAME = "jetstream/errors/errors_a.json"
URI = f"gs://{BUCKET}/{NAME}"
NO_CREDENTIALS = (
    "run `gcloud auth application-default login`, or let GOOGLE_APPLICATION_CREDENTIALS name the "
    "key file of a service account"
)
Connect = Callable[[str], None]


def refusal(uri: str = URI) -> str:
    with pytest.raises(ValueError, match=r"^JETSTREAM_EXPORT_URI: ") as raised:
        export_text(uri, "[]")
    # What dbt and DuckDB may print of it besides.
    assert raised.value.__cause__ is None
    return str(raised.value)


def steps(proxy: StorageProxy) -> list[str]:
    """What each request was for."""
    kinds = {"GET": "list", "DELETE": "delete", "POST": "upload"}
    return ["copy" if "/rewriteTo/" in r.path else kinds[r.method] for r in proxy.requests]
