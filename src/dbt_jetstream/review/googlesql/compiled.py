"""GoogleSQL's WebAssembly as machine code, which is kept below the user's cache folder.

Compiling takes half a minute and 1 GB once for a machine; `make install` does it, by
`python -m dbt_jetstream.review.googlesql.compiled`. What is kept loads in a tenth of a second.
"""

from __future__ import annotations

import os
import platform
import tempfile
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from wasmtime import Config, Engine, Module, WasmtimeError
from zetasql.wasi import get_wasm_path

STACK_BYTES = 2 * 1024 * 1024


def engine() -> Engine:
    """Return the engine that machine code is made for and runs in."""
    config = Config()
    # The module's memory is of this kind.
    config.shared_memory = True
    # Expressions may be nested 600 deep; half a megabyte, the default, holds 200.
    config.max_wasm_stack = STACK_BYTES
    return Engine(config)


def module(engine: Engine) -> Module:
    """Load the machine code, after compiling it where this machine has none yet."""
    kept = path()
    try:
        return Module.deserialize_file(engine, str(kept))
    except WasmtimeError:
        # None is there, or it is of another machine that shares the folder.
        compiled = Module.from_file(engine, str(get_wasm_path()))
        _keep(compiled.serialize(), kept)
        return compiled


def path() -> Path:
    """Name the file of the machine code: by all that decides what is in it."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    versions = [f"{name}-{version(name)}" for name in ("zetasql", "wasmtime")]
    machine = f"{platform.system()}-{platform.machine()}".lower()
    return Path(cache) / "dbt-jetstream" / f"{'-'.join(versions)}-{machine}.bin"


def _keep(code: bytes | bytearray, kept: Path) -> None:
    """Write aside and rename: several processes may compile at once. No cache is no mistake."""
    with suppress(OSError):
        kept.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
            aside = Path(folder, kept.name)
            aside.write_bytes(code)
            aside.replace(kept)


if __name__ == "__main__":
    module(engine())
