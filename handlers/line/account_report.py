"""How the LINE account stands, in words for its operator: what is well, what is wrong, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from handlers.line.account import Friends, LineAccount, LineRefused, LineUnreachable
from handlers.line.rich_menu import NAME_BEGINS

WEBHOOK_PATH = "/line/webhook"
_FRIENDS_BACK = 3
"""Days to look back: yesterday is counted in the course of today (#get-number-of-followers)."""
# https://developers.line.biz/ja/docs/messaging-api/check-webhook-error-statistics/
_TEST_HINTS = {
    "could_not_connect": "名前(DNS)、ファイアウォール、nginx、証明書(中間証明書まで)を確かめてください",
    "request_timeout": "2秒以内に答えていません。プロセスが動いているか、混みあっていないかを確かめてください",
    "error_status_code": "200 ではない答えが返りました。401 なら LINE_CHANNEL_SECRET がちがいます。503 なら秘密が設定されていません",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    what: str
    to_do: str = ""
    """What to do about it; empty when all is well."""

    @property
    def wrong(self) -> bool:
        """Return whether something has to be done."""
        return bool(self.to_do)


def missing(secret: str, token: str) -> list[Finding]:
    """Return a finding for each of the two secrets that is not set."""
    sources = {
        "LINE_CHANNEL_SECRET": (secret, "LINE Developers の「チャネル基本設定」にあるチャネルシークレット"),
        "LINE_CHANNEL_ACCESS_TOKEN": (token, "「Messaging API設定」で発行するチャネルアクセストークン(長期)"),
    }
    return [
        Finding(f"設定 {name} がありません", f"{source}を環境変数 {name} に入れてください")
        for name, (value, source) in sources.items()
        if not value
    ]


def report(account: LineAccount, today: date) -> Iterator[Finding]:
    """Yield what there is to say, as it becomes known; stops early when LINE doesn't take the token or can't be reached.

    `today` is the date in Asia/Tokyo.
    """
    parts: tuple[Callable[[], list[Finding]], ...] = (
        lambda: _who(account),
        lambda: _webhook(account),
        lambda: _messages(account),
        lambda: _friends(account, today),
        lambda: _menu(account),
    )
    for part in parts:
        try:
            yield from part()
        except LineUnreachable as error:
            yield Finding(
                f"LINEにつながりません({error})", "この機械から api.line.me の443番に出られるようにしてください"
            )
            return
        except LineRefused as refused:
            yield _refused(refused)
            if refused.status == 401:
                return


def _refused(refused: LineRefused) -> Finding:
    if refused.status == 401:
        to_do = "LINE Developers でチャネルアクセストークンを発行しなおし、LINE_CHANNEL_ACCESS_TOKEN を変えて、動かしなおしてください"
        return Finding("トークン: 使えません(401)", to_do)
    if refused.status == 429:
        return Finding(f"LINEが断りました({refused})", "求めすぎです。1時間ほど待ってください")
    return Finding(
        f"LINEが断りました({refused})", "すこし待って、もう一度ためしてください。つづくときは、この文で調べてください"
    )


def _who(account: LineAccount) -> list[Finding]:
    bot = account.bot()
    chats = "オン(職員が手でも返せます)" if bot.chats else "オフ"
    return [Finding("トークン: 使えます"), Finding(f"アカウント: {bot.name}({bot.basic_id})、チャット: {chats}")]


def _webhook(account: LineAccount) -> list[Finding]:
    webhook = account.webhook()
    if webhook is None or not webhook.url:
        return [
            Finding(
                "Webhook URL: ありません", f"「Messaging API設定」に https://(アドレス){WEBHOOK_PATH} を書いてください"
            )
        ]
    found = [_address(webhook.url)]
    if not webhook.active:
        found.append(Finding("Webhookの利用: オフ", "「Messaging API設定」で「Webhookの利用」をオンにしてください"))
    test = account.test_webhook()
    if test.passed:
        return [*found, Finding(f"Webhookの検証: 成功({test.status})")]
    hint = _TEST_HINTS.get(test.reason.lower(), "上の理由を調べてください")
    return [*found, Finding(f"Webhookの検証: 失敗({test.status} {test.reason} {test.detail})", hint)]


def _address(url: str) -> Finding:
    if not url.startswith("https://") or not url.endswith(WEBHOOK_PATH):
        return Finding(
            f"Webhook URL: {url}", f"このプログラムが待つのは https://(アドレス){WEBHOOK_PATH} です。直してください"
        )
    return Finding(f"Webhook URL: {url}")


def _messages(account: LineAccount) -> list[Finding]:
    quota = account.quota()
    if quota.limit is None:
        return [Finding(f"今月の送信: {quota.used:,}通(上限なし)")]
    said = f"今月の送信: {quota.limit:,}通のうち {quota.used:,}通"
    if quota.used >= quota.limit:
        return [
            Finding(
                said, "今月は、プッシュなどの数えられる送信ができません。LINE公式アカウントのプランを見なおしてください"
            )
        ]
    return [Finding(said)]


def _friends(account: LineAccount, today: date) -> list[Finding]:
    for back in range(1, _FRIENDS_BACK + 1):
        if friends := account.friends(today - timedelta(days=back)):
            return [Finding(_counted(friends))]
    return [Finding("友だちの数: まだ数えられていません")]


def _counted(friends: Friends) -> str:
    now = max(0, friends.followers - friends.blocks)
    return (
        f"友だち: {now:,}人({friends.day}の終わり。追加した人 {friends.followers:,}、ブロックした人 {friends.blocks:,})"
    )


def _menu(account: LineAccount) -> list[Finding]:
    shown, to_do = account.default_menu(), "annai line richmenu apply で作れます"
    if shown is None:
        return [Finding("リッチメニュー: ありません", to_do)]
    name = next((menu.name for menu in account.menus() if menu.id == shown), "")
    if not name.startswith(NAME_BEGINS):
        return [Finding(f"リッチメニュー: このプログラムのものではありません({name or shown})", to_do)]
    return [Finding(f"リッチメニュー: {name}")]
