"""The date that a source itself carries, as exactly as the source states it: a day, a month or a year."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

_FORMAT = re.compile(r"^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$")


@dataclass(frozen=True, slots=True, order=True)
class SourceDate:
    """A day (2025-06-02), a month (2025-06) or a year (2025): never more exact than the source."""

    year: int
    month: int | None = None
    day: int | None = None

    @classmethod
    def parse(cls, text: str) -> SourceDate:
        """Return the date written in `text`; raise ValueError (in Japanese) when it is none."""
        found = _FORMAT.match(text.strip())
        if not found:
            raise ValueError(f"「{text}」は日付ではありません。2025-06-02、2025-06、2025 のどれかの形で書いてください")
        year, month, day = (int(part) if part else None for part in found.groups())
        assert year is not None
        try:
            date(year, 1 if month is None else month, 1 if day is None else day)
        except ValueError:
            raise ValueError(f"「{text}」という日はありません。正しい日付に直してください") from None
        return cls(year, month, day)

    def earliest(self) -> date:
        """Return the first day that the date may mean: age is judged by it, so it never looks newer."""
        return date(self.year, self.month or 1, self.day or 1)

    def is_older_than(self, years: int, today: date) -> bool:
        """Return whether more than `years` whole years have passed by `today`."""
        first = self.earliest()
        anniversary_year = first.year + years
        return (anniversary_year, first.month, first.day) < (today.year, today.month, today.day)

    def __str__(self) -> str:
        parts = [f"{self.year:04d}"]
        parts += [f"{part:02d}" for part in (self.month, self.day) if part is not None]
        return "-".join(parts)

    def in_words(self) -> str:
        """Return the date as residents read it: 2025年6月2日, 2025年6月 or 2025年."""
        words = f"{self.year}年"
        if self.month is not None:
            words += f"{self.month}月"
        if self.day is not None:
            words += f"{self.day}日"
        return words

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def accept(value: object) -> SourceDate:
            return value if isinstance(value, SourceDate) else cls.parse(str(value))

        return core_schema.no_info_plain_validator_function(
            accept,
            serialization=core_schema.plain_serializer_function_ser_schema(str),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: Any) -> dict[str, Any]:
        return {
            "type": ["string", "integer"],
            "pattern": _FORMAT.pattern,
            "examples": ["2025-06-02", "2025-06", "2025"],
        }
