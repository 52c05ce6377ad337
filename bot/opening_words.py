"""Whether a desk is open, in words: one line for a card, a few lines for a question. The sentences are staff's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby

from bot.clock import TOKYO
from bot.hours import in_words
from bot.knowledge.messages import OpeningMessages
from bot.knowledge.schema import Hours
from bot.opening import (
    SATURDAYS,
    SEARCHED_DAYS,
    WEEK,
    DayOff,
    Open,
    Why,
    day_off,
    next_opening,
    nth_saturday,
    state_at,
    stretches_on,
)

_YEAR_SAID_AFTER = timedelta(days=180)
"""1月4日 is the coming one; what is farther off than half a year is said with its year."""


class OpeningWording:
    """Says what bot/opening.py computes."""

    def __init__(self, messages: OpeningMessages) -> None:
        self._messages = messages

    def line(self, hours: Hours, now: datetime) -> str:
        """Return the line of a card: 受付中(17:00まで), or 受付時間外 with the next opening."""
        messages, state = self._messages, state_at(hours, now)
        if isinstance(state, Open):
            return self._open_until(state)
        if state.opens is None:
            return messages.closed_for_long
        opening = {"日": self.day(state.opens.date(), now), "時刻": _clock(state.opens)}
        if state.why in (Why.WEEKDAY, Why.BEFORE, Why.AFTER):
            return messages.closed.format(**opening)
        why = DayOff(state.why, state.name)
        return messages.closed_because.format(理由=self._reason(hours, now.astimezone(TOKYO).date(), why), **opening)

    def answer(self, hours: Hours, days: Sequence[date], now: datetime) -> list[str]:
        """Return whether it is open on `days` (in order; none: now), a line for each run of days that are alike."""
        today = now.astimezone(TOKYO).date()
        asked = list(days) or [today]
        lines = [self._now(hours, now)] if asked == [today] and stretches_on(hours, today) else []
        lines += self._days(hours, asked, now)
        if (opens := self._opens_after(hours, asked, now)) is not None:
            lines.append(self._messages.next.format(日=self.day(opens.date(), now), 時刻=_clock(opens)))
        if saturday := self._open_saturday_after(hours, asked[-1]):
            words = self._messages.next_saturday
            lines.append(words.format(日=self.day(saturday, now), 時間=self._what(hours, saturday)))
        return lines

    def usual(self, hours: Hours) -> str:
        """Return the hours of all days as one line."""
        return self._messages.hours.format(受付時間=in_words(hours))

    def note(self, hours: Hours) -> str:
        """Return what staff note beside the hours, or nothing."""
        return self._messages.note.format(備考=hours.note) if hours.note else ""

    def day(self, day: date, now: datetime) -> str:
        """Return 11月25日(水), with its year when it is far off."""
        far = day - now.astimezone(TOKYO).date() > _YEAR_SAID_AFTER
        words = self._messages.day_of_year if far else self._messages.day
        parts = {"月": day.month, "日": day.day, "曜日": WEEK[day.weekday()]}
        return words.format(**parts, 年=day.year) if far else words.format(**parts)

    def _now(self, hours: Hours, now: datetime) -> str:
        messages, state = self._messages, state_at(hours, now)
        if isinstance(state, Open):
            return messages.open_now.format(受付中=self._open_until(state))
        return {Why.BEFORE: messages.before, Why.LUNCH: messages.lunch}.get(state.why, messages.after)

    def _days(self, hours: Hours, days: Sequence[date], now: datetime) -> Iterator[str]:
        messages = self._messages

        def alike(place_and_day: tuple[int, date]) -> tuple[str, date]:
            place, day = place_and_day
            return self._what(hours, day), day - timedelta(days=place)

        for (what, _), run in groupby(enumerate(days), alike):
            first, *more = [day for _, day in run]
            last = more[-1] if more else None
            said = self._near(first, now)
            said = messages.days.format(始め=said, 終わり=self.day(last, now)) if last else said
            if stretches_on(hours, first):
                yield messages.open_day.format(日=said, 時間=what)
            else:
                yield messages.closed_day.format(日=said, 理由=what)

    def _what(self, hours: Hours, day: date) -> str:
        """Return the times of an open day, or why it is none."""
        times = [
            self._messages.stretch.format(開始=_clock(each.opens), 終了=_clock(each.closes, day))
            for each in stretches_on(hours, day)
        ]
        return "、".join(times) or self._reason(hours, day, day_off(hours, day))

    def _opens_after(self, hours: Hours, asked: Sequence[date], now: datetime) -> datetime | None:
        """Return the next opening after the last day that was asked of, when that leaves one waiting."""
        last = asked[-1]
        if asked == [now.astimezone(TOKYO).date()]:
            state = state_at(hours, now)
            return None if isinstance(state, Open) or state.why in (Why.BEFORE, Why.LUNCH) else state.opens
        if stretches_on(hours, last):
            return None
        return next_opening(hours, datetime(last.year, last.month, last.day, 23, 59, 59, tzinfo=TOKYO))

    def _open_saturday_after(self, hours: Hours, day: date) -> date | None:
        """Return the next open Saturday after a closed one of hours that tell the Saturdays of a month apart."""
        if not (_tells_saturdays_apart(hours) and nth_saturday(day)) or stretches_on(hours, day):
            return None
        coming = (day + timedelta(weeks=number) for number in range(1, SEARCHED_DAYS // 7))
        return next((saturday for saturday in coming if stretches_on(hours, saturday)), None)

    def _near(self, day: date, now: datetime) -> str:
        ahead = (day - now.astimezone(TOKYO).date()).days
        near = self._messages.near_days[ahead : ahead + 1] if ahead >= 0 else ()
        return " ".join((*near, self.day(day, now)))

    def _open_until(self, state: Open) -> str:
        day = (state.closes - timedelta(microseconds=1)).date()
        return self._messages.open.format(時刻=_clock(state.closes, day))

    def _reason(self, hours: Hours, day: date, why: DayOff) -> str:
        messages = self._messages
        match why.why:
            case Why.YEAR_END:
                return messages.year_end
            case Why.LUNCH:
                return messages.lunch_name
            case Why.WEEKDAY:
                return self._weekday(hours, day)
            case _:
                return why.name

    def _weekday(self, hours: Hours, day: date) -> str:
        """Return 日曜, or 第3土曜 where the hours tell the Saturdays of a month apart."""
        saturday = nth_saturday(day)
        if saturday and _tells_saturdays_apart(hours):
            return self._messages.nth_saturday.format(何番目=SATURDAYS.index(saturday) + 1)
        return self._messages.weekday.format(曜日=WEEK[day.weekday()])


def _tells_saturdays_apart(hours: Hours) -> bool:
    return any(kind in SATURDAYS for span in hours.spans for kind in span.days)


def _clock(moment: datetime, day: date | None = None) -> str:
    """Return 8:45; midnight after `day` is its 24:00."""
    hour = 24 if day and moment.date() > day else moment.hour
    return f"{hour}:{moment.minute:02}"
