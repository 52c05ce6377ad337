"""A second look at utterances in a language whose words the index does not know: what do they mean?

The ranker's confidence rests on words, too, and Korean has none in common with the entries. Its order is right all the
same: it comes from the meaning view. So who is nearer to an entry than to all that no entry answers is let choose.
"""

from __future__ import annotations

from dataclasses import replace

from bot.matching.engine import Decision, Engine, Verdict

LEAD = 0.05
"""Cosine by which an entry must be nearer than the nearest example of what none answers. Of the 15 development questions
in other languages 11 are, of the examples of other matters in these languages (each left out in its turn) none."""
CLEAR = 3.0
"""A first candidate that is this many times as likely as the second is the answer."""
_MOST_SHOWN = 4


def second_look(engine: Engine, text: str, decision: Decision) -> Decision:
    """Return `decision`, or for an unknown that is near an entry in meaning that entry or the few nearest ones."""
    candidates = decision.candidates
    if decision.verdict is not Verdict.UNKNOWN or len(candidates) < 2:
        return decision
    tokens = engine.index.tokenizer.analyse(text)
    if engine.index.likeness(tokens) - engine.index.outside_likeness(tokens) < LEAD:
        return decision
    if candidates[0].confidence >= CLEAR * candidates[1].confidence:
        return replace(decision, verdict=Verdict.ANSWER, shown=(candidates[0].id,))
    shown = tuple(candidate.id for candidate in candidates[:_MOST_SHOWN])
    return replace(decision, verdict=Verdict.CHOOSE, shown=shown)
