"""Writes exports so that a reader sees the old one or the new one, never half of one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from google.auth.credentials import Credentials

VARIABLE = "JETSTREAM_EXPORT_URI"


def export_text(path: str, text: str, credentials: Credentials | None = None) -> str:
    """Put `text` where `path` says, unless that holds the text already.

    Args:
        path: A file, whose folders are made where they are missing, or `gs://BUCKET/OBJECT`.
        text: What it shall hold.
        credentials: Those of the target; None for the application default credentials.

    Returns:
        `written` or `unchanged`.

    Raises:
        ValueError: If the path is no place to export to, or the storage service does not take it.
        OSError: If the file cannot be written.
    """
    if "://" not in path:
        return _write_file(path, text)
    # Only those who export to storage wait until its client is imported.
    try:
        from dbt_jetstream.exports.storage.objects import write_object  # noqa: PLC0415
    except ModuleNotFoundError as error:
        problem = "needs Google's client; run `pip install dbt-jetstream[bigquery]`"
        raise ValueError(f"{VARIABLE}: {path}: {problem}") from error

    return write_object(path, text, credentials)


def _write_file(path: str, text: str) -> str:
    if path.lower().startswith(("gs:", "gcs:")):
        # Not a folder of that name, which nobody would look into.
        raise OSError(f"{VARIABLE}: {path}: storage has two slashes, gs://BUCKET/PREFIX")
    target = Path(path)
    content = text.encode()
    with _explained(target):
        if target.exists() and target.read_bytes() == content:
            return "unchanged"
        target.parent.mkdir(parents=True, exist_ok=True)
        # One name, so that what a killed run leaves is overwritten by the next.
        temporary = target.with_name(f".{target.name}.tmp")
        temporary.write_bytes(content)
        temporary.replace(target)
    return "written"


@contextmanager
def _explained(target: Path) -> Iterator[None]:
    """Name the folder of all exports, which is where the user can help."""
    try:
        yield
    except OSError as error:
        file = next((path for path in target.parents if path.is_file()), None)
        problem = f"cannot write below it ({error.strerror})" if file is None else "is a file"
        # Two levels up: a folder for each kind of export.
        place = file or target.parent.parent
        message = f"{VARIABLE}: {place}: {problem}; name a folder that can be written to"
        raise OSError(message) from error
