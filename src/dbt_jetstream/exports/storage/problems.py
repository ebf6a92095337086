"""Says in words what goes wrong between us and the storage service.

The client's own messages hold request URLs, which may let anyone upload: nothing of them is
repeated but what the service itself says.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from google.api_core.exceptions import (
    Forbidden,
    GoogleAPICallError,
    NotFound,
    RetryError,
    ServerError,
    TooManyRequests,
    Unauthorized,
)
from google.auth.exceptions import GoogleAuthError, TransportError

from dbt_jetstream.common.errors import shown
from dbt_jetstream.exports.storage.place import ExportError, StoredObject

HOST = "STORAGE_EMULATOR_HOST"
MAX_REASON = 300
# Errors of the network are OSErrors in Python and in requests.
GONE = (OSError, TransportError, RetryError, ServerError, TooManyRequests)


@contextmanager
def explained(place: StoredObject) -> Iterator[None]:
    """Replace what the client raises.

    Raises:
        ExportError: It names the object, what is wrong and what to do.
    """
    try:
        yield
    except (GoogleAPICallError, GoogleAuthError, *GONE) as error:
        raise ExportError(place, _problem(error, place.bucket)) from None


def _problem(error: Exception, bucket: str) -> str:
    if isinstance(error, GONE):
        return _gone(_kind(error))
    if isinstance(error, (GoogleAuthError, Unauthorized)):
        return (
            f"no valid Google credentials ({_kind(error)}); run `gcloud auth application-default "
            "login`, or let GOOGLE_APPLICATION_CREDENTIALS name the key file of a service account"
        )
    if isinstance(error, NotFound):
        return f"the bucket `{bucket}` does not exist; create it, or name another"
    if isinstance(error, Forbidden):
        return (
            f"permission denied: {_reason(error)}; grant the account that runs dbt the role "
            f"roles/storage.objectUser on the bucket `{bucket}`"
        )
    return f"the storage service refused it: {_reason(error)}"


def _gone(kind: str) -> str:
    service, host = "Google Cloud Storage", os.environ.get(HOST)
    if host:
        # Without what may be a password.
        address = urlsplit(host).netloc.rpartition("@")[2]
        if not address:
            return f"{HOST} is no URL; give http://HOST:PORT, or unset it for {service}"
        service = f"the storage service at {address}, named by {HOST},"
    return f"{service} does not answer ({kind}); run again when it does"


def _kind(error: Exception) -> str:
    """Name what happened, after retries the last time."""
    last = error.cause if isinstance(error, RetryError) and error.cause else error
    return f"HTTP {last.code}" if isinstance(last, GoogleAPICallError) else type(last).__name__


def _reason(error: Exception) -> str:
    """Return the service's own words."""
    try:
        words = error.response.json()["error"]["message"]  # type: ignore[attr-defined]
    except (AttributeError, KeyError, TypeError, ValueError):
        words = _kind(error)
    return shown(" ".join(str(words).split()), MAX_REASON)
