"""Writes exports so that a reader sees the old file or the new one, never half of one."""

from __future__ import annotations

from pathlib import Path


def export_text(path: str, text: str) -> str:
    """Put `text` into the file at `path`, unless it holds that text already.

    Args:
        path: A file; missing folders are made.
        text: What it shall hold.

    Returns:
        `written` or `unchanged`.

    Raises:
        ValueError: If the path names a storage service, which this version cannot write to.
    """
    if "://" in path:
        message = (
            f"JETSTREAM_EXPORT_URI: cannot export to {path}: "
            "this version writes to folders only; give a path"
        )
        raise ValueError(message)
    target = Path(path)
    content = text.encode()
    if target.exists() and target.read_bytes() == content:
        return "unchanged"
    target.parent.mkdir(parents=True, exist_ok=True)
    # One name, so that what a killed run leaves is overwritten by the next.
    temporary = target.with_name(f".{target.name}.tmp")
    temporary.write_bytes(content)
    temporary.replace(target)
    return "written"
