"""ONCALL_SMTP_URL: one line that says where mail goes and as whom, and is never repeated."""

import pytest

from app.adapters.channels.email import InvalidSmtpUrl, SmtpServer

PASSWORD = "hunter2"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://relay?from=o@example.com", ("relay", 25, False, None, "", "")),
        ("smtp://relay:2525?from=o@example.com&starttls=never", ("relay", 2525, False, False, "", "")),
        ("smtp://relay?from=o@example.com&starttls=always", ("relay", 587, False, True, "", "")),
        ("smtp://u:p%40ss@relay?from=o@example.com", ("relay", 587, False, True, "u", "p@ss")),
        ("smtps://u:p@relay?from=o@example.com", ("relay", 465, True, False, "u", "p")),
    ],
)
def test_a_url_says_everything_about_the_server(url: str, expected: tuple[object, ...]) -> None:
    server = SmtpServer.parse(url)

    assert (server.host, server.port, server.implicit_tls, server.start_tls, server.user, server.password) == expected


def test_a_plus_in_the_senders_address_stays_a_plus() -> None:
    assert SmtpServer.parse("smtp://relay?from=oncall+eu@example.com").sender.addr_spec == "oncall+eu@example.com"


def test_a_servers_repr_holds_neither_user_nor_password() -> None:
    shown = repr(SmtpServer.parse(f"smtp://robot:{PASSWORD}@relay?from=o@example.com"))

    assert PASSWORD not in shown
    assert "robot" not in shown


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "must begin with smtp:// or smtps://"),
        (f"http://u:{PASSWORD}@relay?from=o@example.com", "must begin with smtp:// or smtps://"),
        (f"smtp://u:{PASSWORD}@?from=o@example.com", "must begin with smtp:// or smtps://"),
        (f"smtp://u:{PASSWORD}@relay:port?from=o@example.com", "is no URL"),
        (f"smtp://u:{PASSWORD}@[relay?from=o@example.com", "is no URL"),
        (f"smtp://u:{PASSWORD}@relay?from=oncall", "from= must be one mail address"),
        (f"smtp://u:{PASSWORD}@relay?from=o@example.com%0d%0aBcc:x@evil.example", "from= must be one mail address"),
        (f"smtp://u:{PASSWORD}@relay?from=o@example.com&starttls=yes", "starttls must be one of always, auto, never"),
    ],
)
def test_a_wrong_url_is_refused_without_repeating_it(url: str, reason: str) -> None:
    with pytest.raises(InvalidSmtpUrl, match="ONCALL_SMTP_URL") as refused:
        SmtpServer.parse(url)

    assert reason in str(refused.value)
    assert PASSWORD not in str(refused.value)


def test_without_a_sender_it_is_the_router_itself() -> None:
    assert SmtpServer.parse("smtp://127.0.0.1:2525").sender.addr_spec == "oncall-router@localhost"
