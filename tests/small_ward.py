"""A ward of seven entries that is not Kohoku: small enough to know by heart, so that tests can say what must come out."""

from __future__ import annotations

from pathlib import Path

_PAGE = "https://www.example.jp"

FILES: dict[str, str] = {
    "services/koseki/juminhyo.yaml": f"""\
名称: 住民票の写し
別名: [住民票]
質問例:
  - 住民票がほしい
  - 会社に住民票を出せと言われた
確認質問:
  - 住民票を役所でもらう
回答: |
  住民票の写しは、戸籍課で受け取れます。
  郵送でも請求できます。
項目:
  手数料: {{値: 1通300円, 出典: {_PAGE}/juminhyo, 確認日: 2026-06-02}}
  必要なもの: {{値: [本人確認書類, 手数料], 出典: {_PAGE}/juminhyo, 確認日: 2026-06}}
窓口: koseki
担当課: 戸籍課
リンク: [{{名称: 公式ページ, url: {_PAGE}/juminhyo}}]
関連: [tennyu]
出典: {{url: {_PAGE}/juminhyo, 確認日: 2026-06-02}}
""",
    "services/koseki/tennyu.yaml": f"""\
名称: 転入届
質問例:
  - よその市から引っ越してきた
  - 港町区に引っ越してきたときの届け出
回答: 引っ越してから14日以内に、戸籍課に届け出てください。
窓口: koseki
担当課: 戸籍課
関連: [tenshutsu]
出典: {{url: {_PAGE}/tennyu, 確認日: 2026-05-01}}
""",
    "services/koseki/tenshutsu.yaml": f"""\
名称: 転出届
質問例:
  - よその市へ引っ越す
  - 港町区から引っ越すときの届け出
回答: 引っ越しの前に、戸籍課に届け出てください。
窓口: koseki
担当課: 戸籍課
出典: {{url: {_PAGE}/tenshutsu, 確認日: 2026-05-01}}
""",
    "services/gomi/sodai-gomi.yaml": f"""\
名称: 粗大ごみの申し込み
別名: [粗大ごみ]
質問例:
  - 粗大ごみを出したい
  - たんすを捨てたい
回答: 粗大ごみは、申し込んでから出してください。
項目:
  手数料: {{値: たんす1000円, 出典: {_PAGE}/gomi, 確認日: 2026-04-01, 有効期限: 2026-10-31}}
  申込方法: {{値: 電話かインターネット, 出典: {_PAGE}/gomi, 確認日: 2026-04-01}}
窓口: gomi
担当課: 資源循環課
出典: {{url: {_PAGE}/gomi, 確認日: 2026-04-01}}
""",
    "services/kosodate/kyufu.yaml": f"""\
名称: 子育て応援給付金
質問例:
  - 子育ての給付金がほしい
回答: 子育て中の世帯に給付金を支給しました。
担当課: こども家庭課
対象期間: {{開始: 2025-04-01, 終了: 2026-03-31, 終了後の案内: いまは児童手当をご利用ください。}}
後継: [jido-teate]
出典: {{url: {_PAGE}/kyufu, 確認日: 2026-01-10}}
""",
    "services/kosodate/jido-teate.yaml": f"""\
名称: 児童手当
質問例:
  - 子どもの手当の申請
回答: 子どもを育てている人は、児童手当を受け取れます。
担当課: こども家庭課
出典: {{url: {_PAGE}/teate, 確認日: 2022-04}}
""",
    "services/chiiki/matsuri.yaml": """\
名称: 港町まつり
質問例:
  - まつりはいつやるの
回答: 港町まつりは、秋に公園で開きます。
担当課: 地域振興課
出典: {url: 「令和8年度 港町区 行事の手引き」, 確認日: 2026-04}
""",
    "contacts.yaml": f"""\
総合案内: daihyo
窓口:
  daihyo:
    名称: 港町区役所代表
    電話: {{番号: 045-000-0001, 出典: {_PAGE}/ku, 確認日: 2026-01-10}}
  koseki:
    名称: 戸籍課
    電話: {{番号: 045-000-0002, 出典: {_PAGE}/ku, 確認日: 2026-01-10}}
    場所: {{値: 1階11番, 出典: {_PAGE}/ku, 確認日: 2026-01-10}}
    受付時間:
      時間:
        - {{曜日: [月, 火, 水, 木, 金], 開始: "8:45", 終了: "17:00"}}
        - {{曜日: [第2土, 第4土], 開始: "9:00", 終了: "12:00"}}
      出典: {_PAGE}/ku
      確認日: 2026-01-10
  gomi:
    名称: 粗大ごみ受付センター
""",
    "words.yaml": """\
言葉:
  - {正式: 引っ越し, 言いかえ: [転居, 引越, 引越し]}
項目名:
  - {名称: 手数料, 聞き方: [いくら, 手数料, 料金, 費用], ボタン: "いくら?", なければ知らせる: true}
  - {名称: 必要なもの, 聞き方: [何がいる, 持ち物, 必要なもの], ボタン: "何がいる?"}
  - {名称: 申込方法, 聞き方: [申し込み方, 申込方法]}
  - {名称: 電話, 聞き方: [電話番号, 電話]}
  - {名称: 場所, 聞き方: [どこ, 場所]}
  - {名称: 受付時間, 聞き方: [何時から, 何時まで, 受付時間]}
  - {名称: 期限, 聞き方: [いつまで, 期限]}
""",
    "urgent.yaml": f"""\
場面:
  - id: fire
    名称: 火事
    手がかり: [火事, 家 燃え|燃えて]
    除く: [火事 証明]
    言葉: すぐに119番に電話してください。
    連絡先:
      - {{名称: 消防, 電話: "119", 説明: 火事と救急, 出典: {_PAGE}/119, 確認日: 2026-01-10}}
    例: [火事です, 家が燃えている]
    ちがう例: [火事の証明書がほしい]
""",
    "menu.yaml": """\
分野: {koseki: 戸籍, gomi: ごみ, kosodate: 子育て, chiiki: 地域}
メニュー:
  - 名称: 引っ越し
    メニュー:
      - {名称: 引っ越してきた, 案内: [tennyu, juminhyo]}
      - {名称: 引っ越していく, 案内: [tenshutsu]}
  - {名称: ごみ, 案内: [sodai-gomi]}
""",
    "notice.yaml": '本文: ""\n',
}


class SmallWard:
    """The files of the ward in a folder, to read or to change."""

    def __init__(self, folder: Path) -> None:
        """Write all files."""
        self.folder = folder
        for path, text in FILES.items():
            self.write(path, text)

    def write(self, path: str, text: str | bytes) -> None:
        """Write one file."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)

    def read(self, path: str) -> str:
        """Return one file."""
        return (self.folder / path).read_text(encoding="utf-8")

    def change(self, path: str, old: str, new: str) -> None:
        """Replace `old`, which must stand in the file, by `new`."""
        text = self.read(path)
        assert old in text, f"{old!r} is not in {path}"
        self.write(path, text.replace(old, new))

    def add(self, path: str, text: str) -> None:
        """Write `text` at the end of a file."""
        self.write(path, self.read(path) + text)

    def remove(self, path: str) -> None:
        """Delete one file."""
        (self.folder / path).unlink()
