"""Where an export goes, and what is said when it cannot go there."""

from __future__ import annotations

import re
from typing import NamedTuple

from dbt_jetstream.common.errors import shown

# https://cloud.google.com/storage/docs/buckets#naming
BUCKET = re.compile(r"[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]")
EXPECTED = "give gs://BUCKET/PREFIX or a folder"
MAX_NAME = 1000


class ExportError(ValueError):
    """An export that cannot be made, in words for whoever set JETSTREAM_EXPORT_URI."""

    def __init__(self, place: object, problem: str) -> None:
        where = shown(str(place), MAX_NAME)
        super().__init__(f"JETSTREAM_EXPORT_URI: cannot export {where}: {problem}")


class StoredObject(NamedTuple):
    """An object of Google Cloud Storage.

    Attributes:
        bucket: The bucket's name.
        name: The object's name, with its prefix.
    """

    bucket: str
    name: str

    def __str__(self) -> str:
        return f"gs://{self.bucket}/{self.name}"


def stored_object(uri: str) -> StoredObject:
    """Read the URI of an object.

    Raises:
        ExportError: If it is another service's, or names no bucket. Of what may hold a password,
            before an `@` or in another service's URI, nothing is repeated.
    """
    scheme, _, rest = uri.partition("://")
    bucket, _, name = rest.partition("/")
    if scheme != "gs":
        own_name = "/".join(name.split("/")[-2:])
        raise ExportError(own_name, f"`{scheme}://` is not supported; {EXPECTED}")
    if not bucket:
        raise ExportError(uri, f"it names no bucket; {EXPECTED}")
    if not BUCKET.fullmatch(bucket):
        named = bucket.rpartition("@")[2]
        problem = f"`{named}` cannot be a bucket's name; {EXPECTED}"
        raise ExportError(StoredObject(named, name), problem)
    return StoredObject(bucket, name)
