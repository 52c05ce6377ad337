"""Declarations → class names, and one style sheet for all of them: the page's policy allows no style on an element."""

from __future__ import annotations

from collections.abc import Mapping


class StyleSheet:
    """The rules of one page; the same declarations get the same class."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def class_of(self, declarations: Mapping[str, str]) -> str:
        """Return the class that carries `declarations`; the caller has seen to it that they are nothing but values."""
        body = ";".join(f"{name}:{value}" for name, value in declarations.items())
        return self._names.setdefault(body, f"x{len(self._names)}")

    def text(self) -> str:
        """Return the style sheet."""
        return "\n".join(f".{name}{{{body}}}" for body, name in self._names.items())
