from pathlib import Path

import pytest

from assistant.errors import ConfigurationError
from assistant.settings import load_settings
from connectors.platforms.telegram.settings import TelegramSettings

TABLE = """
[connectors.telegram]
token = "123:secret-of-the-bot"
people = ["*"]

[connectors.telegram.channels."-100"]
answer = "always"

[connectors.help-desk]
platform = "slack"
bot_token = "xoxb-secret"
app_token = "xapp-secret"
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "pilares.toml").write_text(TABLE, encoding="utf-8")
    return tmp_path


def test_each_table_is_a_connector_with_the_settings_of_its_platform(home: Path) -> None:
    settings = load_settings(home=home)
    telegram = settings.connectors["telegram"]
    assert isinstance(telegram, TelegramSettings)
    assert telegram.policy("-100").answer == "always"
    assert telegram.policy("-200").answer == "mentioned"
    assert (settings.connectors["help-desk"].platform, settings.connectors["help-desk"].name) == ("slack", "help-desk")


def test_no_secret_is_shown(home: Path) -> None:
    shown = repr(load_settings(home=home).connectors)
    assert not [secret for secret in ("secret-of-the-bot", "xoxb-secret", "xapp-secret") if secret in shown]


def test_a_secret_may_come_from_the_environment(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PILARES_CONNECTORS__TELEGRAM__TOKEN", "456:of-the-environment")
    telegram = load_settings(home=home).connectors["telegram"]
    assert isinstance(telegram, TelegramSettings)
    assert telegram.token.get_secret_value() == "456:of-the-environment"
    assert telegram.people == ("*",)


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ('[connectors.telegram]\ntoken = ""', "BotFather"),
        ('[connectors.telegram]\ntoken = "1:hidden-value"\ntransport = "webhook"', "webhook_secret"),
        ('[connectors.telegram]\ntoken = "1:hidden-value"\nunknown = 1', "unknown"),
        ('[connectors.carrier-pigeon]\ntoken = "1:hidden-value"', "telegram"),
        ('[connectors."../up"]\nplatform = "telegram"\ntoken = "1:hidden-value"', "no name for a connector"),
        ('[connectors.slack]\nbot_token = "hidden-value"', "xoxb-"),
    ],
)
def test_what_cannot_work_does_not_start_and_no_secret_is_told(tmp_path: Path, table: str, says: str) -> None:
    (tmp_path / "pilares.toml").write_text(table, encoding="utf-8")
    with pytest.raises(ConfigurationError) as error:
        load_settings(home=tmp_path)
    assert says in str(error.value)
    assert "hidden-value" not in str(error.value)


def test_a_person_has_the_account_that_the_operator_has_put_down(home: Path) -> None:
    (home / "pilares.toml").write_text(
        TABLE.replace('people = ["*"]', 'people = ["*"]\naccounts = {"ana@example.org" = ["4711", "4712"]}')
    )
    telegram = load_settings(home=home).connectors["telegram"]
    assert [telegram.account_of(each) for each in ("4711", "4712", "4713", "")] == ["ana@example.org"] * 2 + ["", ""]


@pytest.mark.parametrize("accounts", ['{ana = ["4711"], ben = ["4711"]}', '{ana = ["*"]}'])
def test_a_person_cannot_have_two_accounts_nor_everybody_one(home: Path, accounts: str) -> None:
    (home / "pilares.toml").write_text(TABLE.replace('people = ["*"]', f'people = ["*"]\naccounts = {accounts}'))
    with pytest.raises(ConfigurationError, match="cannot have an account"):
        load_settings(home=home)
