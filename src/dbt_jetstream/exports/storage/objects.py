"""Writes a text to Google Cloud Storage: a temporary object, copied over the final one."""

from __future__ import annotations

import base64
import hashlib
import threading
from functools import cache

import google_crc32c
from google.api_core.exceptions import NotFound, PreconditionFailed
from google.auth.credentials import Credentials
from google.cloud import storage
from google.cloud.storage.retry import DEFAULT_RETRY

from dbt_jetstream.exports.storage.place import ExportError, StoredObject, stored_object
from dbt_jetstream.exports.storage.problems import explained

CONTENT_TYPE = "application/json; charset=utf-8"
# In seconds: to connect, and to wait for an answer; then until the last attempt of a request.
TIMEOUT = (5.0, 15.0)
RETRY = DEFAULT_RETRY.with_delay(initial=0.5, maximum=4.0).with_timeout(15.0)
# The client sends an object in one piece, and counts the sending as connecting.
UPLOAD_TIMEOUT, BYTES_PER_SECOND = 30.0, 1_000_000

_making_client = threading.Lock()


def write_object(uri: str, text: str, credentials: Credentials | None = None) -> str:
    """Put `text` into an object, unless it holds that text already.

    Readers see the old object until the new one is whole. What a killed run leaves, one temporary
    object beside it, is removed by the next.

    Args:
        uri: `gs://BUCKET/OBJECT`.
        text: What it shall hold.
        credentials: What to connect with; None for the application default credentials.

    Returns:
        `written` or `unchanged`.

    Raises:
        ExportError: If the URI names no object, or the service does not take it.
    """
    place = stored_object(uri)
    with explained(place):
        return _replaced(client(credentials).bucket(place.bucket), place, text.encode())


def client(credentials: Credentials | None = None) -> storage.Client:
    """Return this process' client for some credentials, or the application default ones.

    Where STORAGE_EMULATOR_HOST is set, the client talks to that server, by default without any.
    """
    with _making_client:
        return _client(credentials)


@cache
def _client(credentials: Credentials | None) -> storage.Client:
    # Objects belong to buckets; the project, which user credentials may lack, is not asked for.
    return storage.Client(project=None, credentials=credentials)


def _replaced(bucket: storage.Bucket, place: StoredObject, content: bytes) -> str:
    temporary_name = f"{place.name}.tmp"
    listed = bucket.list_blobs(prefix=place.name, timeout=TIMEOUT, retry=RETRY)
    found = {blob.name: blob for blob in listed}
    old = found.get(place.name)
    if old is not None and _holds(old, content):
        if temporary_name in found:
            _delete(found[temporary_name])
        return "unchanged"
    # One name, so that what a killed run leaves is overwritten by the next.
    temporary = bucket.blob(temporary_name)
    _upload(temporary, content)
    try:
        _copy(temporary, bucket.blob(place.name), content, old.generation if old else 0)
    except (NotFound, PreconditionFailed):
        problem = "another run has written it meanwhile; let one run end before the next starts"
        raise ExportError(place, problem) from None
    _delete(temporary)
    return "written"


def _holds(blob: storage.Blob, content: bytes) -> bool:
    """Compare by what the service says of the object, without reading it."""
    md5 = base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()
    crc32c = base64.b64encode(google_crc32c.Checksum(content).digest()).decode()
    # Composed objects have no MD5.
    return blob.size == len(content) and blob.crc32c == crc32c and blob.md5_hash in (md5, None)


def _upload(blob: storage.Blob, content: bytes) -> None:
    seconds = UPLOAD_TIMEOUT + len(content) / BYTES_PER_SECOND
    blob.upload_from_string(content, CONTENT_TYPE, timeout=seconds, retry=RETRY)


def _copy(source: storage.Blob, target: storage.Blob, content: bytes, generation: int) -> None:
    """Copy the generation that was uploaded over the generation that was compared; 0 is none."""
    token: str | None = ""
    try:
        while token is not None:
            token, *_ = target.rewrite(
                source,
                token=token or None,
                if_generation_match=generation,
                timeout=TIMEOUT,
                retry=RETRY,
            )
    except PreconditionFailed:
        # An attempt whose answer was lost may have copied it.
        target.reload(timeout=TIMEOUT, retry=RETRY)
        if not _holds(target, content):
            raise


def _delete(blob: storage.Blob) -> None:
    """Delete the generation that is known, unless that is gone."""
    try:
        blob.delete(timeout=TIMEOUT, retry=RETRY)
    except NotFound:
        return
