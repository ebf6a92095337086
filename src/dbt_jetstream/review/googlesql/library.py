"""Calls of GoogleSQL's functions, which take and give protocol buffers.

The package `zetasql` has a client of its own; it takes 0.7 s to import and copies byte by byte.
"""

from __future__ import annotations

import ctypes
import re
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import tzdata
from google._upb import _message as upb
from google.protobuf.message import Message
from wasmtime import Linker, Store, Trap, WasiConfig

from dbt_jetstream.review.googlesql import compiled

Response = TypeVar("Response", bound=Message)
# The width of a size in the module's memory.
SIZE_BYTES = 4
# The message of an expression of thirty operators is nested deeper than protobuf allows by default.
upb.SetAllowOversizeProtos(True)


class Refused(ValueError):
    """GoogleSQL refuses a statement; the message is its own, with line and column."""


def call(function: str, request: Message, response: type[Response]) -> Response:
    """Call a function of GoogleSQL's local service.

    Args:
        function: Its name, such as `Analyze`.
        request: What it is asked.
        response: The type of its answer.

    Raises:
        Refused: If it finds a mistake, such as one in a statement, or cannot hold it.
    """
    try:
        answer = _library().call(f"ZetaSqlLocalService_{function}", request.SerializeToString())
    except Trap as trap:
        # It stopped half way, and what it holds is in no order any more.
        _library.cache_clear()
        message = "the statement is nested too deeply for Google's analyzer"
        raise Refused(message) from trap
    found: Response = response.FromString(answer)
    return found


def loaded() -> object:
    """Return what stands for the library as it is loaded now; loaded anew, it has forgotten all."""
    return _library()


@cache
def _library() -> _Library:
    """Load GoogleSQL, once for a process."""
    return _Library()


class _Library:
    """GoogleSQL in WebAssembly: functions that take and give bytes in its own memory."""

    def __init__(self) -> None:
        engine = compiled.engine()
        wasi = WasiConfig()
        wasi.inherit_stderr()
        zones = Path(str(tzdata.__file__)).parent / "zoneinfo"
        wasi.preopen_dir(str(zones), "/usr/share/zoneinfo")
        self.store = Store(engine)
        self.store.set_wasi(wasi)
        linker = Linker(engine)
        linker.define_wasi()
        instance = linker.instantiate(self.store, compiled.module(engine))
        self.exports: Any = instance.exports(self.store)
        self._run("_initialize")

    def call(self, function: str, request: bytes) -> bytes:
        """Call a function with a request; returns its answer.

        Raises:
            Refused: If it finds a mistake.
            Trap: If the function ends half way; the library is of no use afterwards.
        """
        given = self._run("wasm_malloc", len(request))
        size = self._run("wasm_malloc", SIZE_BYTES)
        ctypes.memmove(self._address(given), request, len(request))
        answer = self._run(function, given, len(request), size)
        length = int.from_bytes(self._read(size, SIZE_BYTES), "little") if answer else 0
        found = self._read(answer, length)
        for place in (given, size, answer):
            self._run("wasm_free", place)
        if not answer:
            raise Refused(self._mistake())
        return found

    def _mistake(self) -> str:
        size = self._run("wasm_get_last_error_size")
        text = self._read(self._run("wasm_get_last_error"), size).decode()
        return re.sub(r"^Code: \d+, Message: ", "", text)

    def _run(self, function: str, *arguments: int) -> Any:
        return self.exports[function](self.store, *arguments)

    def _read(self, place: int, size: int) -> bytes:
        return ctypes.string_at(self._address(place), size)

    def _address(self, place: int) -> int:
        memory = self.exports["memory"].data_ptr()
        return ctypes.addressof(memory.contents) + place
