"""The doors of /staff/: signing in and out, and the pages behind them."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from flask import Blueprint, Response, redirect, request, url_for

from bot.language.which_language import Language
from handlers.browser_headers import ONLY_OURS, SECURITY
from handlers.staff.attempts import Attempts
from handlers.staff.line_preview import Example, LinePreview, Scene
from handlers.staff.pages import Frame, Pages
from handlers.staff.password import matches
from handlers.staff.session import Sessions, Visit, new_visit

MAX_FORM = 10_000
"""Bytes; no form of ours is longer."""
_STATIC = Path(__file__).parent / "static"
_OPEN = {"staff.login", "staff.sign_in", "staff.static"}
"""What is served to anybody."""
_LONGEST_TEXT = 1000

_log = structlog.get_logger("annai.staff")


@dataclass(frozen=True, slots=True)
class StaffRoom:
    """What the staff pages need of the house."""

    password_hash: str
    sessions: Sessions
    attempts: Attempts
    name: Callable[[], str]
    """The bot's name."""
    web_file: Callable[[str], str]
    """The address of a file of the web page, whose style sheet and icon these pages share."""
    line_preview: LinePreview
    pages: Pages = field(default_factory=Pages)


def staff_blueprint(room: StaffRoom) -> Blueprint:
    """Return the blueprint with everything below /staff/."""
    desk = _Desk(room)
    blueprint = Blueprint("staff", __name__, url_prefix="/staff", static_folder=str(_STATIC), static_url_path="/static")
    blueprint.add_url_rule("/", "home", desk.home, methods=["GET"])
    blueprint.add_url_rule("/login", "login", desk.login, methods=["GET"])
    blueprint.add_url_rule("/login", "sign_in", desk.sign_in, methods=["POST"])
    blueprint.add_url_rule("/logout", "sign_out", desk.sign_out, methods=["POST"])
    blueprint.add_url_rule("/preview/line", "line", desk.line, methods=["GET"])
    blueprint.before_request(desk.only_staff)
    blueprint.after_request(_protect)
    return blueprint


@dataclass(frozen=True, slots=True)
class _Desk:
    room: StaffRoom

    def only_staff(self) -> Response | None:
        """Send whoever has not signed in to the login page; serve nothing else."""
        request.max_content_length = MAX_FORM
        if request.endpoint in _OPEN or self._visit().signed_in:
            return None
        if request.method != "GET":
            return Response("sign in first\n", 403, mimetype="text/plain")
        # The text that was typed into a page is not carried along in an address.
        return _see(url_for("staff.login", after=request.path))

    def home(self) -> Response:
        """Return the page with the links to all others."""
        return _html(self.room.pages.home(self._frame(self._visit())))

    def login(self) -> Response:
        """Return the login page."""
        visit = self._visit()
        if visit.signed_in:
            return _see(url_for("staff.home"))
        return self._login_page(visit, _after(request.args.get("after", "")))

    def sign_in(self) -> Response:
        """Let the right password in; 400 for a form that is not ours or too old, 403 for a wrong password, 429 after too many."""
        visit, after = self._visit(), _after(request.form.get("after", ""))
        address = request.remote_addr or ""
        if not self.room.sessions.is_ours(visit, request.form.get("token", "")):
            return self._login_page(visit, after, "stale", 400)
        if wait := self.room.attempts.wait(address):
            response = self._login_page(visit, after, "wait", 429)
            response.headers["Retry-After"] = str(int(wait / timedelta(seconds=1)) + 1)
            return response
        if not matches(self.room.password_hash, request.form.get("password", "")):
            self.room.attempts.was_wrong(address)
            _log.warning("staff_password_wrong")
            return self._login_page(visit, after, "wrong", 403)
        _log.info("staff_signed_in")
        response = _see(after)
        # A new number: one that somebody has planted before is worth nothing now.
        self.room.sessions.keep(response, new_visit(signed_in=True), secure=request.is_secure)
        return response

    def sign_out(self) -> Response:
        """End the visit."""
        visit = self._visit()
        if not self.room.sessions.is_ours(visit, request.form.get("token", "")):
            return Response("not our form\n", 400, mimetype="text/plain")
        response = _see(url_for("staff.login"))
        self.room.sessions.keep(response, new_visit(), secure=request.is_secure)
        return response

    def line(self) -> Response:
        """Return replies drawn as LINE does: one `entry`, an `area`, an `example`, or what a `text` gets."""
        asked = {name: request.args.get(name, "") for name in ("entry", "area", "example", "text", "language")}
        nonce = secrets.token_urlsafe(16)
        preview = self.room.line_preview
        frame = self._frame(self._visit(), nonce)
        page = self.room.pages.line_preview(frame, preview.areas(), preview.examples(), asked, self._scenes(asked))
        response = _html(page)
        # The pictures' colours and sizes stand in one style sheet; cards may show pictures from elsewhere.
        allowed = f"{ONLY_OURS}; style-src 'self' 'nonce-{nonce}'; img-src 'self' https:"
        response.headers["Content-Security-Policy"] = allowed
        return response

    def _scenes(self, asked: dict[str, str]) -> list[Scene] | None:
        preview, language = self.room.line_preview, Language.named(asked["language"]) or Language.JAPANESE
        if text := asked["text"].strip()[:_LONGEST_TEXT]:
            return [preview.typed(text, language)]
        if asked["area"]:
            return preview.area(asked["area"], language) or None
        if asked["entry"]:
            scene = preview.entry(asked["entry"], language)
        else:
            named = asked["example"] or Example.GREETING.value
            example = next((each for each in Example if each.value == named), None)
            scene = preview.example(example, language) if example else None
        return [scene] if scene else None

    def _login_page(self, visit: Visit, after: str, trouble: str = "", status: int = 200) -> Response:
        response = _html(self.room.pages.login(self._frame(visit), after, trouble), status)
        self.room.sessions.keep(response, visit, secure=request.is_secure)
        return response

    def _frame(self, visit: Visit, nonce: str = "") -> Frame:
        styles = (self.room.web_file("chat.css"), url_for("staff.static", filename="staff.css"))
        token = self.room.sessions.token(visit)
        return Frame(self.room.name(), styles, self.room.web_file("icon.svg"), token, visit.signed_in, nonce)

    def _visit(self) -> Visit:
        return self.room.sessions.visit(request)


def _after(path: str) -> str:
    """Return where to go after signing in: a page of ours, whatever the address said."""
    parts = urlsplit(path)
    ours = not parts.scheme and not parts.netloc and parts.path.startswith("/staff/") and "\\" not in path
    return parts.path if ours else url_for("staff.home")


def _protect(response: Response) -> Response:
    for name, value in SECURITY.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "staff.static":
        response.headers["Cache-Control"] = "no-store"
    return response


def _html(body: bytes, status: int = 200) -> Response:
    return Response(body, status, mimetype="text/html")


def _see(address: str) -> Response:
    response = redirect(address, 303)
    assert isinstance(response, Response)
    return response
