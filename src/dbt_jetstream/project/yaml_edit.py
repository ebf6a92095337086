"""Adds to a YAML file that somebody wrote, and leaves all else as it is, comments included."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from dbt_jetstream.common.errors import ConfigError, ConfigErrors

STEP = 2


class YamlFile:
    """The text of a YAML file whose whole is a mapping.

    Attributes:
        path: The file, for messages.
        text: Its text, as edited so far.
    """

    def __init__(self, path: Path, text: str) -> None:
        """Take a text.

        Raises:
            ConfigErrors: If it cannot be read, or is no mapping.
        """
        self.path = path
        self.text = text
        try:
            found = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise self._refusal("", f"is no YAML: {error}") from error
        if found is not None and not isinstance(found, dict):
            raise self._refusal("", f"expected keys with values, found {type(found).__name__}")

    def get(self, *keys: str) -> Any:
        """Return the value under some keys, one inside the other; None where there is none."""
        found = yaml.safe_load(self.text)
        for key in keys:
            found = found.get(key) if isinstance(found, dict) else None
        return found

    def add(self, keys: Sequence[str], block: str, comment: str = "") -> bool:
        """Add a value where the keys lead to none yet.

        Args:
            keys: The keys, one inside the other; missing ones are made.
            block: The value in block form, or on a line; may hold comments.
            comment: What stands before the last key.

        Returns:
            Whether it was added.
        """
        node = self._root()
        for depth, key in enumerate(keys):
            child = _child(node, key) if node else None
            if child is None or _is_null(child):
                self._insert(node, child, keys[depth:], (block, comment))
                return True
            if depth == len(keys) - 1:
                return False
            if not isinstance(child, MappingNode):
                dotted = ".".join(keys[: depth + 1])
                raise self._refusal(dotted, "expected keys with values; make it a mapping")
            node = child
        return False

    def append(self, key: str, item: str) -> bool:
        """Add an item to a list, unless it is there; its lines are those of a block."""
        node = _child(self._root(), key)
        lines = ["- " + item.splitlines()[0], *_indented("\n".join(item.splitlines()[1:]), STEP)]
        if node is None or _is_null(node):
            return self.add([key], "\n".join(lines))
        if not isinstance(node, SequenceNode):
            raise self._refusal(key, "expected a list; make it one")
        if yaml.safe_load(item) in (self.get(key) or []):
            return False
        if node.flow_style:
            found = yaml.safe_load(item)
            flow = yaml.safe_dump([found], default_flow_style=True, width=float("inf")).strip()
            self._into_flow(node, flow[1:-1])
        else:
            indent = node.start_mark.column
            self._put_lines(self._last_line(node), _indented("\n".join(lines), indent))
        return True

    def replace(self, keys: Sequence[str], line: str) -> None:
        """Write another value, of one line, in the place of one."""
        node = self._root()
        for key in keys:
            node = _child(node, key)
        assert node is not None
        self.text = self.text[: node.start_mark.index] + line + self._after(node)

    def _after(self, node: Node) -> str:
        rest = self.text[node.end_mark.index :]
        # A block of lines ends where the next one begins.
        is_line = isinstance(node, ScalarNode) and node.style not in ("|", ">")
        return rest if is_line else f"\n{rest}"

    def _root(self) -> Node | None:
        return yaml.compose(self.text, yaml.SafeLoader)

    def _insert(
        self, node: Node | None, empty: Node | None, keys: Sequence[str], value: tuple[str, str]
    ) -> None:
        """Insert keys with a value at the end of a mapping, or below a key that has no value."""
        block, comment = value
        if isinstance(node, MappingNode) and node.flow_style:
            found = yaml.safe_load(_nested(keys, block))
            flow = yaml.safe_dump(found, default_flow_style=True, width=float("inf")).strip()
            self._into_flow(node, flow[1:-1])
        elif empty is not None:
            # `key:` alone: what follows it goes below.
            line = empty.start_mark.line
            indent = _key_column(node, keys[0]) + STEP
            inner = _nested(keys[1:], block, comment)
            text = self.text.splitlines()[line].replace(" null", "").replace(" ~", "")
            self._set_line(line, text.rstrip())
            self._put_lines(line + 1, _indented(inner, indent))
        else:
            indent = _column(node)
            line = self._last_line(node) if node else len(self.text.splitlines())
            gap = [""] if indent == 0 and line else []
            self._put_lines(line, [*gap, *_indented(_nested(keys, block, comment), indent)])

    def _into_flow(self, node: CollectionNode, item: str) -> None:
        end = node.end_mark.index - 1
        before = self.text[:end].rstrip()
        comma = ", " if node.value and not before.endswith(",") else ""
        self.text = before + comma + item + self.text[end:]

    def _last_line(self, node: Node) -> int:
        """Return the number of the line after a block's last one: not after its comments."""
        lines = self.text.splitlines()
        line = min(node.end_mark.line, len(lines))
        if node.end_mark.column and line < len(lines):
            line += 1
        while line and (not lines[line - 1].strip() or lines[line - 1].lstrip().startswith("#")):
            line -= 1
        return line

    def _put_lines(self, place: int, new: Sequence[str]) -> None:
        lines = self.text.splitlines()
        self.text = "\n".join([*lines[:place], *new, *lines[place:]]) + "\n"

    def _set_line(self, place: int, line: str) -> None:
        lines = self.text.splitlines()
        lines[place] = line
        self.text = "\n".join(lines) + "\n"

    def _refusal(self, key: str, problem: str) -> ConfigErrors:
        return ConfigErrors([ConfigError(self.path, key, problem)])


def _child(node: Node | None, key: str) -> Node | None:
    if not isinstance(node, MappingNode):
        return None
    return next((value for name, value in node.value if name.value == key), None)


def _is_null(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.tag.endswith(":null")


def _column(node: Node | None) -> int:
    """Return the column of a mapping's keys."""
    if isinstance(node, MappingNode) and node.value:
        return int(node.value[0][0].start_mark.column)
    return 0


def _key_column(node: Node | None, key: str) -> int:
    assert isinstance(node, MappingNode)
    return next(int(name.start_mark.column) for name, _ in node.value if name.value == key)


def _nested(keys: Sequence[str], block: str, comment: str = "") -> str:
    """Write a value below keys, with a comment before the last of them."""
    text = textwrap.dedent(block).strip("\n")
    for depth, key in enumerate(reversed(keys)):
        is_line = "\n" not in text and ": " not in text and not text.endswith(":")
        is_line = is_line and not text.startswith("- ")
        is_flow = "\n" not in text and text[:1] in tuple("{[\"'")
        text = f"{key}: {text}" if is_line or is_flow else f"{key}:\n" + _shifted(text)
        if depth == 0 and comment:
            text = f"{comment}\n{text}"
    return text


def _shifted(text: str) -> str:
    return textwrap.indent(text, " " * STEP)


def _indented(text: str, indent: int) -> list[str]:
    return textwrap.indent(text, " " * indent).splitlines()
