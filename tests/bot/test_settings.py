from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.settings import ROOT, Settings, WrongSetting

SECRET = "himitsu-no-atai"


def test_without_anything_set_the_defaults_hold() -> None:
    assert Settings.from_environment({}) == Settings()
    assert Settings().knowledge_dir == ROOT / "knowledge"


def test_a_setting_is_read_under_its_name_in_capitals() -> None:
    settings = Settings.from_environment(
        {
            "PORT": "9000",
            "KNOWLEDGE_DIR": "/srv/../srv/k",
            "CONVERSATION_MINUTES": "5",
            "NOW": "2026-11-28T11:59:00+09:00",
        }
    )

    assert settings.port == 9000
    assert settings.knowledge_dir == Path("/srv/k")
    assert settings.conversation_lasts == timedelta(minutes=5)
    assert settings.now is not None
    assert settings.now.isoformat() == "2026-11-28T11:59:00+09:00"


def test_an_empty_setting_is_as_good_as_none() -> None:
    assert Settings.from_environment({"PORT": "  ", "NOW": ""}) == Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "web"),
        ("PORT", "80.5"),
        ("WORKERS", "many"),
        ("NOW", "tomorrow"),
        ("NOW", "2026-11-28T11:59:00"),
        ("ANSWER_CONFIDENCE", "1.5"),
        ("ANSWER_CONFIDENCE", "nan"),
        ("CHOOSE_CONFIDENCE", "-0.1"),
        ("CONVERSATION_MINUTES", "半"),
        ("KNOWLEDGE_DIR", "~nobody-of-that-name/k"),
        ("KNOWLEDGE_DIR", "a\0b"),
    ],
)
def test_a_wrong_value_is_one_line_that_names_the_setting(name: str, value: str) -> None:
    with pytest.raises(WrongSetting) as caught:
        Settings.from_environment({name: value})

    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_each_setting_says_what_it_means() -> None:
    assert all(each.metadata["meaning"] for each in Settings.listed())
    assert {"line_channel_secret", "database_url", "secret_key", "staff_password_hash"} <= {
        each.name for each in Settings.listed() if each.metadata["secret"]
    }


def test_no_secret_has_a_default_in_the_code() -> None:
    defaults = {each.name: each.default for each in Settings.listed() if each.metadata["secret"]}

    assert {name for name, default in defaults.items() if default} == {"database_url"}


def test_an_empty_override_takes_a_setting_out_of_a_processs_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOW", "2026-11-28T11:59:00+09:00")

    environment = Settings.environment({"NOW": "", "PORT": "1"})

    assert "NOW" not in environment
    assert environment["PORT"] == "1"


@pytest.mark.parametrize(
    "text", ["annai.example.jp", "javascript:alert(1)", "https://", "https://a.jp/?q=1", "ftp://a.jp"]
)
def test_an_address_of_ours_is_one_of_a_site(text: str) -> None:
    with pytest.raises(WrongSetting, match="PUBLIC_URL"):
        Settings.from_environment({"PUBLIC_URL": text})


def test_an_address_loses_its_last_slash() -> None:
    assert (
        Settings.from_environment({"PUBLIC_URL": "https://annai.example.jp/"}).public_url == "https://annai.example.jp"
    )
