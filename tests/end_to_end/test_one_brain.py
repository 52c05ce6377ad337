"""One brain, many doors: a hundred questions, asked on every channel, are answered with the same entry, facts, choices.

LINE and Slack are local servers that judge what they are sent; what is compared is what arrived there, the page that a
browser gets, and what a terminal prints. All doors are the real ones; the guide is built once for all, which is what
takes long.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from flask.testing import FlaskClient
from house import SECRET, SLACK_SECRET, eventually
from line_api import LineApi, callback, components, signature, text_event
from slack_api import SlackApi, direct, signed, taps_of, words_of
from typer.testing import CliRunner

from bot.clock import TOKYO
from bot.conversation import Conversation, Utterance
from bot.guide import Guide
from bot.live import KnowledgeState
from bot.reply import Card, Choices, Option, Reply, Urgent
from bot.settings import Settings
from handlers.app import create_app
from handlers.cli import app as annai

QUESTIONS = 100
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=TOKYO)


@dataclass
class Shown:
    """What a person sees of one answer."""

    titles: list[str] = field(default_factory=list)
    """The headlines of cards and of urgent words, in order."""
    text: str = ""
    """All that can be read, in one line without spaces and list marks."""
    taps: set[str] | None = None
    """What can be tapped, as action codes; None where nothing can."""


@dataclass(frozen=True)
class Answers:
    """What came out of each channel, by question."""

    replies: dict[str, Reply]
    shown: dict[str, dict[str, Shown]]


@pytest.fixture(scope="module")
def answers(shipped_guide: Guide, shipped_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Answers:
    folder = tmp_path_factory.mktemp("one-brain")
    questions = _questions(shipped_guide)
    with LineApi() as line, SlackApi() as slack:
        settings = replace(
            shipped_settings,
            now=NOW,
            data_dir=folder,
            database_url=f"sqlite:///{folder / 'annai.sqlite3'}",
            line_channel_secret=SECRET,
            line_channel_access_token=line.access_token,
            line_api_base=line.base,
            slack_signing_secret=SLACK_SECRET,
            slack_bot_token=slack.token,
            slack_api_base=slack.base,
        )
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("bot.live.complete_guide", lambda _: shipped_guide)
            terminal = _ask_terminal(questions)
            patch.setattr("handlers.app.LiveGuide", lambda _: _Built(shipped_guide))
            app = create_app(settings)
        try:
            client = app.test_client()
            _ask_line(client, line, questions)
            _ask_slack(client, questions)
            page = {question: _ask_web(app.test_client(), question) for question in questions}
            eventually(lambda: len(line.delivered) == len(slack.posted) == QUESTIONS, lambda: repr(line.requests[-1:]))
        finally:
            app.extensions["annai"].stop()
        shown = {
            "line": {questions[int(body["replyToken"], 16) - 1]: _line(body) for body in line.delivered},
            "slack": {questions[int(body["channel"][1:]) - 1]: _slack(body) for body in slack.posted},
            "web": page,
            "terminal": dict(zip(questions, _terminal(terminal), strict=True)),
        }
    return Answers({q: _reply(shipped_guide, q) for q in questions}, shown)


@pytest.mark.parametrize("channel", ["line", "slack", "web", "terminal"])
def test_every_channel_shows_the_same_entry_facts_and_choices(answers: Answers, channel: str) -> None:
    assert len(answers.shown[channel]) == QUESTIONS
    different = {
        question: problems
        for question, reply in answers.replies.items()
        if (problems := _differences(reply, answers.shown[channel][question]))
    }

    assert different == {}


def test_the_questions_are_worth_asking(answers: Answers) -> None:
    cards = [reply for reply in answers.replies.values() if _titles(reply)]
    choices = [reply for reply in answers.replies.values() if _options(reply)]

    assert len(cards) > 80
    assert len(choices) >= 5


# What must be shown ----------------------------------------------------------------------------------------------


def _questions(guide: Guide) -> list[str]:
    """Return check questions of a hundred entries, and first those that must lead to a choice."""
    checks = [check for entry in guide.knowledge.entries.values() for check in entry.check_questions]
    unsure = [check.text for check in checks if check.expected.value == "choose"]
    firsts = [entry.check_questions[0].text for entry in guide.knowledge.entries.values() if entry.check_questions]
    return list(dict.fromkeys([*unsure[:15], *firsts[::2], *firsts]))[:QUESTIONS]


def _reply(guide: Guide, question: str) -> Reply:
    return guide.turn(Utterance(question), Conversation(), NOW).reply


def _titles(reply: Reply) -> list[str]:
    return [block.title for block in reply.blocks if isinstance(block, Card | Urgent)]


def _options(reply: Reply) -> list[Option]:
    return [option for block in reply.blocks if isinstance(block, Choices) for option in block.options]


def _words(reply: Reply) -> Iterator[str]:
    """Yield what a resident must be able to read, whatever the channel."""
    for block in reply.blocks:
        match block:
            case Card():
                facts = [*([block.highlight] if block.highlight else []), *block.facts]
                yield from (block.text, *block.cautions, *(fact.name for fact in facts))
                yield from (line for fact in facts for line in fact.value.splitlines())
                yield from (block.desk.name, block.desk.opening, *block.desk.lines) if block.desk else ()
            case Choices():
                yield from (block.prompt, *(option.label for option in block.options))
            case Urgent():
                yield from (block.text, *(line.call.number for line in block.hotlines))


def _differences(reply: Reply, shown: Shown) -> list[str]:
    """Return what a channel showed that it should not have, or did not show."""
    problems = [] if shown.titles == _titles(reply) else [f"shows {shown.titles} and not {_titles(reply)}"]
    problems += [f"does not say {word!r}" for word in _words(reply) if _plain(word) not in shown.text]
    if shown.taps is not None:
        chosen = {option.action.encode() for option in _options(reply)}
        offered = chosen | {option.action.encode() for option in reply.follow_ups}
        problems += [f"no tap {code}" for code in chosen - shown.taps]
        problems += [f"a tap too many: {code}" for code in shown.taps - offered]
    return problems


def _plain(text: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFKC", text) if not each.isspace() and each not in "・-*_")


# What was shown --------------------------------------------------------------------------------------------------


def _ask_line(client: FlaskClient, line: LineApi, questions: list[str]) -> None:
    tokens = [f"{number:032x}" for number in range(1, len(questions) + 1)]
    line.issue(*tokens)
    events = [
        text_event(
            question,
            webhookEventId=f"01HXYZ0123456789ABCD{number:06d}",
            replyToken=token,
            source={"type": "user", "userId": f"U{number:032x}"},
        )
        for number, (question, token) in enumerate(zip(questions, tokens, strict=True), start=1)
    ]
    body = callback(*events)
    assert (
        client.post("/line/webhook", data=body, headers={"X-Line-Signature": signature(SECRET, body)}).status_code
        == 200
    )


def _line(body: dict[str, Any]) -> Shown:
    shown, words = Shown(taps=set()), []
    for message in body["messages"]:
        words.append(message.get("text", ""))
        whole = message.get("contents", {})
        for bubble in whole.get("contents", [whole]) if whole else []:
            parts = list(components(bubble))
            texts = [part["text"] for part in parts if part["type"] == "text"]
            is_card = any(part["type"] == "separator" or part.get("backgroundColor") == "#F1F1F4" for part in parts)
            shown.titles += texts[:1] if is_card or "header" in bubble else []
            words += [*texts, *(part["action"].get("label", "") for part in parts if part["type"] == "button")]
            shown.taps |= {part["action"]["data"] for part in parts if part.get("action", {}).get("type") == "postback"}
        items = message.get("quickReply", {}).get("items", [])
        shown.taps |= {item["action"]["data"] for item in items if item["action"]["type"] == "postback"}
    shown.text = _plain(" ".join(words))
    return shown


def _ask_slack(client: FlaskClient, questions: list[str]) -> None:
    for number, question in enumerate(questions, start=1):
        body = json.dumps(direct(question, event_id=f"Ev{number}", channel=f"D{number}")).encode()
        assert client.post("/slack/events", data=body, headers=signed(SLACK_SECRET, body)).status_code == 200


def _slack(body: dict[str, Any]) -> Shown:
    titles = [block["text"]["text"] for block in body["blocks"] if block["type"] == "header"]
    return Shown(titles, _plain(words_of(body)), set(taps_of(body).values()))


def _ask_web(client: FlaskClient, question: str) -> Shown:
    page = _Page()
    page.feed(client.post("/chat", data={"text": question}).text)
    return Shown(page.titles, _plain("".join(page.words)), page.taps)


class _Page(HTMLParser):
    """Reads a turn of the chat page."""

    def __init__(self) -> None:
        super().__init__()
        self.titles: list[str] = []
        self.words: list[str] = []
        self.taps: set[str] = set()
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if found.get("name") == "action":
            self.taps.add(str(found["value"]))
        self._in_title = tag in ("h3", "h4") and str(found.get("class", "")) in ("card-title", "urgent-title")

    def handle_data(self, data: str) -> None:
        self.words.append(data)
        if self._in_title and data.strip():
            self.titles.append(data.strip())
            self._in_title = False


class _Built:
    """A live guide whose files never change."""

    model_problem = ""

    def __init__(self, guide: Guide) -> None:
        self.guide = guide
        self.state = KnowledgeState(guide.knowledge.revision, len(guide.knowledge.entries))

    def start(self) -> None:
        """Watch nothing."""

    def stop(self) -> None:
        """End nothing."""


def _ask_terminal(questions: list[str]) -> list[str]:
    """Return what `annai ask --json` says to each question."""
    ran = CliRunner().invoke(annai, ["ask", "--json", "--now", NOW.isoformat()], input="\n".join(questions))
    assert ran.exit_code == 0, ran.output
    return [json.loads(line)["text"] for line in ran.stdout.splitlines()]


def _terminal(texts: list[str]) -> list[Shown]:
    return [
        Shown([line.removeprefix("■ ") for line in text.splitlines() if line.startswith("■ ")], _plain(text))
        for text in texts
    ]
