"""What a comment in Markdown says."""

from __future__ import annotations

from markdown_it import MarkdownIt

# The commonmark parser with GitHub's tables.
MARKDOWN = MarkdownIt("commonmark").enable("table")


def items(markdown: str) -> list[str]:
    """The list items, which say in words what differs; those of SQL's diff are in a fence."""
    tokens = MARKDOWN.parse(markdown)
    return [
        tokens[i + 2].content for i, token in enumerate(tokens) if token.type == "list_item_open"
    ]


def headings(markdown: str, level: str = "h4") -> list[str]:
    tokens = MARKDOWN.parse(markdown)
    return [tokens[i + 1].content for i, t in enumerate(tokens) if t.tag == level and t.nesting > 0]


def sql(markdown: str) -> str:
    """What the fences hold."""
    found = [token for token in MARKDOWN.parse(markdown) if token.type == "fence"]
    assert all(token.info == "diff" for token in found)
    return "".join(token.content for token in found)


def moved(markdown: str) -> set[str]:
    """The distinct lines of SQL that differ, without their indentation."""
    lines = sql(markdown).splitlines()
    return {f"{line[0]}{line[1:].strip()}" for line in lines if line[0] in "+-"}
