"""Sizes in bytes, for people."""

UNITS = ("B", "KB", "MB", "GB", "TB", "PB")


def readable(size: float) -> str:
    """Write a number of bytes with three digits and a decimal unit."""
    for unit in UNITS[:-1]:
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} {UNITS[-1]}"
