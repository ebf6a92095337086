"""Relations and columns, as macros see them without dbt."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Relation:
    """A table as macros see one.

    Attributes:
        text: What stands for it in SQL.
        identifier: Its name alone.
        columns: Its columns' names, where they are known.
    """

    text: str
    identifier: str
    columns: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.text

    def incorporate(self, path: dict[str, str]) -> Relation:
        """Name another table of the same schema."""
        identifier = path["identifier"]
        text = self.text.replace(self.identifier, identifier)
        return replace(self, text=text, identifier=identifier)


@dataclass(frozen=True)
class Column:
    """A column as macros see one; without a warehouse, each is taken for a number."""

    name: str
    quoted: str
    dtype: str

    @property
    def data_type(self) -> str:
        """The whole type."""
        return self.dtype

    def is_integer(self) -> bool:
        """Whether its values are whole numbers by type."""
        return False
