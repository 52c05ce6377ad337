"""Settings: the only reader of the environment. Every threshold has its name and its reason here."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bot.quiet_hours import QuietHours

ROOT = Path(__file__).resolve().parents[1]


class WrongSetting(Exception):
    """A setting that can't be used; the text says which and how to mend it, for an operator."""


def _setting(default: Any, meaning: str, secret: bool = False, read: Any = str) -> Any:
    return field(default=default, metadata={"meaning": meaning, "secret": secret, "read": read})


def _path(text: str) -> Path:
    try:
        return Path(text).expanduser().resolve()
    except RuntimeError as error:  # ~someone who has no home
        raise ValueError(str(error)) from None


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("no time zone")
    return moment


def _address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("https", "http") or not parts.netloc or parts.query or parts.fragment:
        raise ValueError("not the address of a site")
    return text.rstrip("/")


def _time(text: str) -> time:
    return time.fromisoformat(text.zfill(len("09:00")))


def _chance(text: str) -> float:
    number = float(text)
    if not 0 <= number <= 1:
        raise ValueError("not between 0 and 1")
    return number


def _yes_or_no(text: str) -> bool:
    if text.lower() not in ("1", "0", "true", "false", "yes", "no"):
        raise ValueError("not 1 or 0")
    return text.lower() in ("1", "true", "yes")


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings; the name of each in the environment is its own in capitals."""

    line_channel_secret: str = _setting("", "LINE: チャネルシークレット(署名の確認)", secret=True)
    line_channel_access_token: str = _setting("", "LINE: チャネルアクセストークン(返信の送信)", secret=True)
    line_api_base: str = _setting("", "LINE: APIのURL。テスト用。空なら本番 (api.line.me)")
    line_icon_url: str = _setting(
        "", "LINE: 返事の横に出す絵(https のPNG)。空で PUBLIC_URL があれば、用意のもの", read=_address
    )
    line_push_late: bool = _setting(
        False,
        "LINE: 返信の期限(1分)に間に合わなかった返事を、プッシュで送る(1)か、送らない(0)か。1通と数えられる",
        read=_yes_or_no,
    )
    slack_signing_secret: str = _setting("", "Slack: Signing Secret(署名の確認)", secret=True)
    slack_bot_token: str = _setting("", "Slack: Bot User OAuth Token(xoxb-…。返事の送信)", secret=True)
    slack_app_token: str = _setting("", "Slack: App-Level Token(xapp-…)。Socket Modeで使うときだけ", secret=True)
    slack_api_base: str = _setting("", "Slack: APIのURL。テスト用。空なら本番")
    slack_staff_channel: str = _setting(
        "", "Slack: 職員のチャンネルのID(C…)。1日のまとめと、直すところの知らせを送る。空なら送らない"
    )
    slack_digest_at: time = _setting(time(9, 0), "Slack: 1日のまとめを送る時刻(例 9:00)", read=_time)
    slack_quiet_hours: QuietHours = _setting(
        QuietHours.read("20:00-8:00"),
        "Slack: 職員のチャンネルに送らない時間(例 20:00-8:00)。終わるまで待ってから送る。0:00-0:00 なら、いつでも送る",
        read=QuietHours.read,
    )
    database_url: str = _setting(
        f"sqlite:///{ROOT / 'var' / 'annai.sqlite3'}", "データベース。sqlite:///… か postgresql://…", secret=True
    )
    knowledge_dir: Path = _setting(ROOT / "knowledge", "案内の内容(knowledge/ のフォルダーか .jsonl)", read=_path)
    cache_dir: Path = _setting(ROOT / "var" / "cache", "作りなおせるもの(辞書など)を置くフォルダー", read=_path)
    data_dir: Path = _setting(ROOT / "var", "SECRET_KEY を作って置くフォルダー", read=_path)
    staff_password_hash: str = _setting("", "職員画面のパスワードのハッシュ", secret=True)
    public_url: str = _setting(
        "", "外から見えるアドレス(例 https://annai.example.jp)。返事から案内のページへ結ぶ", read=_address
    )
    secret_key: str = _setting("", "利用者IDをかくす鍵。空なら DATA_DIR に作って使う", secret=True)
    port: int = _setting(8000, "annai serve のポート番号", read=int)
    workers: int = _setting(1, "annai serve のプロセスの数", read=int)
    now: datetime | None = _setting(
        None, "答えが見る時計を止める(例 2026-11-28T11:59:00+09:00)。ふだんは空", read=_moment
    )
    meaning: bool = _setting(True, "意味で探すモデルを使う(1)か、言葉だけで探す(0)か", read=_yes_or_no)
    # 0.85: of the development questions that get one answer, 95 % get the right one, cross-validated.
    # 0.55: 89 % of the development questions are shown the right entry, and of 57 off-topic messages 1 gets a choice.
    answer_confidence: float = _setting(0.85, "これ以上の確からしさなら、1つに決めて答える", read=_chance)
    choose_confidence: float = _setting(0.55, "上位の確からしさの合計がこれ以上なら、選んでもらう", read=_chance)
    shown_confidence: float = _setting(0.02, "選んでもらうとき、これより低い候補は出さない", read=_chance)
    keep_days: int = _setting(365, "質問の記録を残しておく日数。過ぎると消す", read=int)
    conversation_minutes: int = _setting(30, "前の話題をおぼえている時間(分)", read=int)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Return the settings of `environment` (os.environ if None); raise WrongSetting for one that can't be used."""
        environment = os.environ if environment is None else environment
        values: dict[str, Any] = {}
        for each in cls.listed():
            name = each.name.upper()
            text = environment.get(name, "").strip()
            if not text:
                continue
            try:
                values[each.name] = each.metadata["read"](text)
            except ValueError:
                shown = "(伏せています)" if each.metadata["secret"] else f"「{text}」"
                raise WrongSetting(f"設定 {name} の値{shown}は使えません。意味: {each.metadata['meaning']}") from None
        return cls(**values)

    @classmethod
    def listed(cls) -> list[Any]:
        """Return the fields that the environment can set."""
        return [each for each in fields(cls) if "meaning" in each.metadata]

    def with_knowledge(self, path: Path) -> Settings:
        """Return the same settings for the knowledge at `path`."""
        return replace(self, knowledge_dir=path)

    @staticmethod
    def environment(overrides: Mapping[str, str]) -> dict[str, str]:
        """Return the environment for a process that is started with these settings; an empty value removes one."""
        return {name: value for name, value in {**os.environ, **overrides}.items() if value or name not in overrides}

    @property
    def conversation_lasts(self) -> timedelta:
        """Return how long a topic is remembered."""
        return timedelta(minutes=self.conversation_minutes)

    @property
    def knowledge_defaults(self) -> Path:
        """Return the folder whose files serve where a knowledge base brings none of its own."""
        return ROOT / "knowledge"
