"""What the Slack door itself must say; staff write it in knowledge/messages.yaml, like all else."""

from __future__ import annotations

from dataclasses import dataclass

from bot.knowledge.messages import Messages
from handlers.fitting import clean


@dataclass(frozen=True, slots=True)
class SlackTexts:
    """The door's own sentences."""

    nothing: str
    """Said when a reply holds nothing that can be shown, so that nobody is left without an answer."""
    name: str
    about: str
    """What stands at the head of the Home tab."""
    thinking: str
    search: str
    search_example: str
    prompts_title: str
    prompts: tuple[str, ...]

    def __post_init__(self) -> None:
        """Raise ValueError for a text that shows nothing: Slack refuses it."""
        if not clean(self.nothing):
            raise ValueError("the text for an empty reply is empty itself")

    @classmethod
    def of(cls, messages: Messages) -> SlackTexts:
        """Return the door's sentences among all of the bot's."""
        return cls(
            nothing=messages.unreadable,
            name=messages.bot_name,
            about=messages.bot_about,
            thinking=messages.slack.thinking,
            search=messages.slack.search,
            search_example=messages.slack.search_example,
            prompts_title=messages.slack.prompts_title,
            prompts=messages.slack.prompts,
        )
