from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_ward import FILES, SmallWard

from bot.knowledge.loading import Loaded, UnusableKnowledge, load
from bot.knowledge.problem import Problem, Severity
from bot.settings import ROOT

DEFAULTS = ROOT / "knowledge"
JUMINHYO = "services/koseki/juminhyo.yaml"


def read(ward: SmallWard) -> Loaded:
    return load(ward.folder, DEFAULTS)


def one_problem(ward: SmallWard) -> Problem:
    problems = read(ward).problems
    assert len(problems) == 1, "\n".join(map(str, problems))
    return problems[0]


def test_a_sound_ward_loads_without_a_problem(ward: SmallWard) -> None:
    loaded = read(ward)

    assert loaded.problems == ()
    assert len(loaded.knowledge.entries) == 7
    assert loaded.knowledge.general_desk.name == "港町区役所代表"
    assert loaded.knowledge.entries["juminhyo"].area == "koseki"


def test_the_same_files_have_the_same_revision_and_others_another(ward: SmallWard) -> None:
    before = read(ward).knowledge.revision

    again = read(ward).knowledge.revision
    ward.change(JUMINHYO, "1通300円", "1通250円")

    assert again == before
    assert read(ward).knowledge.revision != before


def test_all_problems_of_all_files_are_told_at_once(ward: SmallWard) -> None:
    ward.change(JUMINHYO, "窓口: koseki", "窓口: kosekii")
    ward.change("services/koseki/tennyu.yaml", "名称: 転入届", "名前: 転入届")
    ward.write("services/gomi/kowareta.yaml", "名称: [閉じない\n")
    ward.write("services/gomi/kara.yaml", "")
    ward.change("contacts.yaml", "番号: 045-000-0002", "番号: よんごう")

    with pytest.raises(UnusableKnowledge) as caught:
        read(ward)

    files = {problem.file for problem in caught.value.problems}
    assert files == {
        "knowledge/contacts.yaml",
        "knowledge/services/koseki/tennyu.yaml",
        "knowledge/services/gomi/kowareta.yaml",
        "knowledge/services/gomi/kara.yaml",
    }


def test_two_files_of_one_name_in_two_folders_are_a_problem_that_names_both(ward: SmallWard) -> None:
    ward.write("services/gomi/juminhyo.yaml", ward.read(JUMINHYO))

    problem = one_problem(ward)

    assert "juminhyo.yaml" in problem.file
    assert "「juminhyo」という名前のファイルがもう1つあります" in problem.what


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "says", "hint"),
    [
        (JUMINHYO, "窓口: koseki", "窓口: kosekki", 14, "「窓口」の「kosekki」", "「koseki」のまちがい"),
        (JUMINHYO, "関連: [tennyu]", "関連: [tennyuu]", 17, "「関連」の「tennyuu」", "「tennyu」のまちがい"),
        (JUMINHYO, "関連: [tennyu]", "関連: [juminhyo]", 17, "自分自身", "消して"),
        (JUMINHYO, "手数料: {値", "手数両: {値", 12, "「項目名」の「手数両」", "「手数料」のまちがい"),
        ("services/kosodate/kyufu.yaml", "[jido-teate]", "[nai]", 7, "「後継」の「nai」", "services/"),
        ("menu.yaml", "案内: [sodai-gomi]", "案内: [sodai]", 7, "「案内」の「sodai」", "services/"),
        ("menu.yaml", "gomi: ごみ, ", "", 1, "services/gomi", "書き足して"),
        ("menu.yaml", "案内: [tenshutsu]", "案内: []", 6, "中身がありません", "案内:"),
        ("contacts.yaml", '終了: "17:00"', '終了: "8:00"', 12, "開始(8:45)より前", "直して"),
    ],
)
def test_what_leads_nowhere_is_told_with_its_line_and_the_nearest_name(
    ward: SmallWard, file: str, old: str, new: str, line: int, says: str, hint: str
) -> None:
    ward.change(file, old, new)

    problem = one_problem(ward)

    assert (problem.file, problem.line) == (f"knowledge/{file}", line)
    assert says in problem.what
    assert hint in problem.mend
    assert problem.severity is Severity.BROKEN


def test_an_entry_that_can_not_be_read_is_told_once_and_not_by_everything_that_refers_to_it(ward: SmallWard) -> None:
    ward.write("services/koseki/tennyu.yaml", "名称: [\n")
    ward.change("services/koseki/tenshutsu.yaml", "名称:", "名前:")

    files = {problem.file for problem in read(ward).problems}

    assert files == {"knowledge/services/koseki/tennyu.yaml", "knowledge/services/koseki/tenshutsu.yaml"}


def test_a_menu_of_four_levels_is_too_deep(ward: SmallWard) -> None:
    deep = "{名称: い, メニュー: [{名称: ろ, メニュー: [{名称: は, メニュー: [{名称: に, 案内: [tennyu]}]}]}]}"
    ward.add("menu.yaml", f"  - {deep}\n")

    assert "4段" in one_problem(ward).what


def test_a_phrasing_that_two_entries_share_names_the_other_entry(ward: SmallWard) -> None:
    ward.change("services/gomi/sodai-gomi.yaml", "たんすを捨てたい", "住民票が ほしい？")

    problem = one_problem(ward)

    assert "「粗大ごみの申し込み」(knowledge/services/gomi/sodai-gomi.yaml)にもあります" in problem.what
    assert problem.severity is Severity.WRONG


def test_a_phrasing_that_stands_twice_in_one_entry_is_wrong(ward: SmallWard) -> None:
    ward.change(JUMINHYO, "会社に住民票を出せと言われた", "住民票がほしい。")

    assert "2回あります" in one_problem(ward).what


def test_a_check_question_that_is_also_a_phrasing_checks_nothing(ward: SmallWard) -> None:
    ward.change(JUMINHYO, "住民票を役所でもらう", "住民票がほしい！")

    problem = one_problem(ward)

    assert problem.line == 7
    assert "質問例と同じです" in problem.what


def test_without_the_general_desk_nothing_can_be_served(ward: SmallWard) -> None:
    ward.change("contacts.yaml", "総合案内: daihyo", "総合案内: daihyou")

    with pytest.raises(UnusableKnowledge, match=r"knowledge/contacts.yaml:1: .*「daihyo」のまちがい"):
        read(ward)


def test_a_missing_folder_is_one_clear_problem(tmp_path: Path) -> None:
    with pytest.raises(UnusableKnowledge, match="見つかりません"):
        load(tmp_path / "nowhere", DEFAULTS)


def test_a_folder_without_entries_can_not_be_served(tmp_path: Path) -> None:
    with pytest.raises(UnusableKnowledge, match="1つもありません"):
        load(tmp_path, DEFAULTS)


def test_a_file_that_a_ward_does_not_bring_comes_from_the_defaults(ward: SmallWard) -> None:
    own = load(ward.folder, DEFAULTS).knowledge

    assert not (ward.folder / "messages.yaml").exists()
    assert own.messages.welcome


def test_a_file_that_neither_brings_is_missed_by_its_name(ward: SmallWard, tmp_path: Path) -> None:
    with pytest.raises(UnusableKnowledge, match=r"messages.yaml:1: ファイルがありません"):
        load(ward.folder, tmp_path / "no-defaults")


def test_files_with_an_underscore_or_a_dot_are_no_entries(ward: SmallWard) -> None:
    ward.write("services/gomi/_memo.yaml", "これは: メモ\n")
    ward.write("services/gomi/.#lock.yaml", "これも: ちがう\n")
    ward.write("services/gomi/memo.txt", "これも\n")

    assert read(ward).problems == ()


@pytest.mark.parametrize("name", ["Juminhyo2", "住民票", "a_b", "a--b"])
def test_a_file_name_that_is_no_id_is_told_as_such(ward: SmallWard, name: str) -> None:
    ward.write(f"services/koseki/{name}.yaml", ward.read("services/chiiki/matsuri.yaml").replace("まつりは", "祭りは"))

    assert f"ファイル名「{name}」" in one_problem(ward).what


@pytest.mark.parametrize("key", ["id", "area"])
def test_the_id_is_never_written_inside_the_file(ward: SmallWard, key: str) -> None:
    ward.add("services/koseki/tenshutsu.yaml", f"{key}: x\n")

    assert f"「{key}」は書けません" in read(ward).problems[0].what or read(ward).problems[1].what


def test_a_byte_order_mark_is_no_part_of_the_text(ward: SmallWard) -> None:
    ward.write(JUMINHYO, b"\xef\xbb\xbf" + ward.read(JUMINHYO).encode())

    assert read(ward).problems == ()


def test_windows_line_ends_change_nothing(ward: SmallWard) -> None:
    ward.write(JUMINHYO, ward.read(JUMINHYO).replace("\n", "\r\n"))

    assert read(ward).knowledge.entries["juminhyo"].name == "住民票の写し"


def test_shift_jis_is_recognised_at_the_first_line_that_has_it(ward: SmallWard) -> None:
    ward.write("services/gomi/sodai-gomi.yaml", b"# memo\n" + "名称: 粗大ごみ\n".encode("cp932"))

    problem = next(problem for problem in read(ward).problems if "sodai-gomi" in problem.file)

    assert problem.line == 2
    assert "UTF-8" in problem.mend


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.binary(max_size=200))
def test_any_bytes_in_a_file_are_problems_and_never_an_exception(ward: SmallWard, raw: bytes) -> None:
    ward.write("services/gomi/okashii.yaml", raw)

    loaded = read(ward)

    assert any("okashii" in problem.file for problem in loaded.problems)
    assert "juminhyo" in loaded.knowledge.entries


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(
    st.binary(max_size=200),
    st.sampled_from(["contacts.yaml", "words.yaml", "urgent.yaml", "menu.yaml", "messages.yaml"]),
)
def test_any_bytes_in_a_shared_file_are_told_and_never_raise_anything_else(
    ward: SmallWard, raw: bytes, name: str
) -> None:
    ward.write(name, raw)

    try:
        problems = list(read(ward).problems)
    except UnusableKnowledge as error:
        problems = error.problems

    assert problems
    for path in ("contacts.yaml", "words.yaml", "urgent.yaml", "menu.yaml"):
        ward.write(path, FILES[path])
    (ward.folder / "messages.yaml").unlink(missing_ok=True)


def test_a_desk_takes_its_id_from_its_key(ward: SmallWard) -> None:
    assert read(ward).knowledge.contacts.desks["koseki"].id == "koseki"


def test_places_are_read_with_their_lines(ward: SmallWard) -> None:
    site = "{id: %s, 名称: 公園, 種別: [避難所], 住所: 港町1, 緯度: 35.5, 経度: %s, 出典: https://a.jp, 確認日: 2025}"
    ward.write("places/hinanjo.yaml", f"場所:\n  - {site % ('koen', '139.6')}\n  - {site % ('koen-2', '13.96')}\n")

    loaded = read(ward)

    assert [each.id for each in loaded.knowledge.sites] == ["koen"]
    assert [(problem.file, problem.line) for problem in loaded.problems] == [("knowledge/places/hinanjo.yaml", 3)]


def test_places_that_share_an_id_or_lie_far_from_all_others_are_told(ward: SmallWard) -> None:
    site = "{id: %s, 名称: 公園, 種別: [避難所], 住所: 港町1, 緯度: %s, 経度: 139.6, 出典: https://a.jp, 確認日: 2025}"
    written = [("a", "35.50"), ("b", "35.51"), ("c", "35.52"), ("b", "35.53"), ("d", "36.50")]
    ward.write("places/hinanjo.yaml", "場所:\n" + "".join(f"  - {site % each}\n" for each in written))

    shared, far = sorted(read(ward).problems, key=lambda problem: problem.line)

    assert (shared.file, shared.line, shared.severity) == ("knowledge/places/hinanjo.yaml", 5, Severity.BROKEN)
    assert "「b」" in shared.what
    assert "knowledge/places/hinanjo.yaml:3" in shared.what
    assert (far.line, far.severity) == (6, Severity.NOTE)
    assert "109km" in far.what or "108km" in far.what


def test_an_entry_that_places_are_shown_with_must_be_there(ward: SmallWard) -> None:
    ward.add("words.yaml", "場所さがし: {案内: nowhere, 災害: [{名称: 地震, 案内: juminhyo}]}\n")
    assert not read(ward).problems
    site = "{id: a, 名称: 公園, 種別: [避難所], 住所: 港町1, 緯度: 35, 経度: 139, 出典: https://a.jp, 確認日: 2025}"
    ward.write("places/hinanjo.yaml", f"場所:\n  - {site}\n")

    (problem,) = read(ward).problems

    assert problem.file == "knowledge/words.yaml"
    assert "nowhere" in problem.what


# A plain list ----------------------------------------------------------------------------------------------------


def listed(tmp_path: Path, *lines: str) -> Loaded:
    file = tmp_path / "faq.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    defaults = SmallWard(tmp_path / "defaults")
    defaults.write("messages.yaml", (DEFAULTS / "messages.yaml").read_bytes())
    return load(file, defaults.folder)


def pair(entry_id: str, question: str, answer: str = "はい。") -> str:
    return json.dumps({"id": entry_id, "question": question, "answer": answer}, ensure_ascii=False)


def test_a_plain_list_of_questions_needs_no_source(tmp_path: Path) -> None:
    loaded = listed(tmp_path, pair("a1", "住民票は?"), "", pair("あ い", "ごみは?"))

    assert loaded.problems == ()
    assert not loaded.knowledge.demands_sources
    assert {entry.id: entry.name for entry in loaded.knowledge.entries.values()} == {
        "a1": "住民票は?",
        "あ い": "ごみは?",
    }
    assert loaded.knowledge.menu.items == ()


def test_a_line_separator_inside_a_question_does_not_end_the_line(tmp_path: Path) -> None:
    loaded = listed(tmp_path, pair("a", "住民票\u2028は\x85?"), pair("b", "ごみは?"))

    assert loaded.problems == ()
    assert len(loaded.knowledge.entries) == 2


@pytest.mark.parametrize(
    "bad",
    [
        "{",
        "[]",
        '"x"',
        "1",
        '{"id": "x"}',
        '{"question": "x"}',
        '{"id": "x", "question": " "}',
        '{"id": "", "question": "x"}',
    ],
)
def test_a_line_that_is_no_pair_is_told_with_its_number_and_the_others_serve(tmp_path: Path, bad: str) -> None:
    loaded = listed(tmp_path, pair("a", "住民票は?"), bad)

    assert [(problem.file, problem.line) for problem in loaded.problems] == [("faq.jsonl", 2)]
    assert list(loaded.knowledge.entries) == ["a"]


def test_a_byte_order_mark_before_a_list_is_no_part_of_it(tmp_path: Path) -> None:
    assert listed(tmp_path, "\ufeff" + pair("a", "い")).problems == ()


def test_an_id_that_comes_twice_is_told(tmp_path: Path) -> None:
    assert "2回" in listed(tmp_path, pair("a", "い"), pair("a", "ろ")).problems[0].what


def test_an_empty_list_can_not_be_served(tmp_path: Path) -> None:
    with pytest.raises(UnusableKnowledge):
        listed(tmp_path, "")
