"""Bring the rich menu at LINE to what menu.yaml says, and touch nothing when it is so already."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

from handlers.line.account import MenuThere
from handlers.line.flex import Json
from handlers.line.rich_menu import NAME_BEGINS

ALIAS = "annai-top"
"""`^[a-z0-9_-]{1,32}$` (#create-rich-menu-alias)."""


class Change(Enum):
    """What was changed at LINE."""

    CREATED = auto()
    PICTURE = auto()
    ALIAS = auto()
    DEFAULT = auto()
    DELETED = auto()


@dataclass(frozen=True, slots=True)
class Wanted:
    """The menu that shall be there."""

    name: str
    """The same for the same menu, so that it is known again (rich_menu.name_of)."""
    body: Json
    picture: Callable[[], bytes]
    """The picture, packed only when it is sent."""
    content_type: str


class Menus(Protocol):
    """What is needed of the account (handlers.line.account.LineAccount)."""

    def menus(self) -> list[MenuThere]: ...
    def check_menu(self, menu: Json) -> None: ...
    def create_menu(self, menu: Json) -> str: ...
    def delete_menu(self, menu_id: str) -> None: ...
    def has_picture(self, menu_id: str) -> bool: ...
    def set_picture(self, menu_id: str, picture: bytes, content_type: str) -> None: ...
    def default_menu(self) -> str | None: ...
    def set_default_menu(self, menu_id: str) -> None: ...
    def clear_default_menu(self) -> None: ...
    def alias(self, alias: str) -> str | None: ...
    def set_alias(self, alias: str, menu_id: str, *, exists: bool) -> None: ...
    def delete_alias(self, alias: str) -> None: ...


def apply(account: Menus, wanted: Wanted) -> list[Change]:
    """Make `wanted` the menu that everybody sees; return what had to be changed, nothing on a second run.

    The old menu stays until the new one is complete and shown: residents never see a gap. Raises what the account
    raises; a menu that could not be given its picture is deleted again.
    """
    ours = [menu for menu in account.menus() if menu.name.startswith(NAME_BEGINS)]
    same = [menu.id for menu in ours if menu.name == wanted.name]
    changes: list[Change] = []
    if same:
        menu_id = same[0]
        if not account.has_picture(menu_id):  # a run that was stopped half-way
            changes += _give_picture(account, menu_id, wanted)
    else:
        account.check_menu(wanted.body)
        menu_id = account.create_menu(wanted.body)
        changes += [Change.CREATED, *_give_picture(account, menu_id, wanted)]
    changes += _show(account, menu_id)
    for menu in ours:
        if menu.id != menu_id:
            account.delete_menu(menu.id)
            changes.append(Change.DELETED)
    return changes


def remove(account: Menus) -> list[Change]:
    """Take our menus, their alias and their place as default away; return what was changed."""
    ours = [menu for menu in account.menus() if menu.name.startswith(NAME_BEGINS)]
    changes: list[Change] = []
    if account.default_menu() in {menu.id for menu in ours}:
        account.clear_default_menu()
        changes.append(Change.DEFAULT)
    if account.alias(ALIAS):
        account.delete_alias(ALIAS)
        changes.append(Change.ALIAS)
    for menu in ours:
        account.delete_menu(menu.id)
        changes.append(Change.DELETED)
    return changes


def _give_picture(account: Menus, menu_id: str, wanted: Wanted) -> list[Change]:
    try:
        account.set_picture(menu_id, wanted.picture(), wanted.content_type)
    except Exception:
        account.delete_menu(menu_id)  # without a picture it can't be shown, and it counts towards LINE's limit
        raise
    return [Change.PICTURE]


def _show(account: Menus, menu_id: str) -> list[Change]:
    changes: list[Change] = []
    named = account.alias(ALIAS)
    if named != menu_id:
        account.set_alias(ALIAS, menu_id, exists=named is not None)
        changes.append(Change.ALIAS)
    if account.default_menu() != menu_id:
        account.set_default_menu(menu_id)
        changes.append(Change.DEFAULT)
    return changes
