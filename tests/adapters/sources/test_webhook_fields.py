"""Wherever a tool puts its fields they are found, and what proves the sender is not among them."""

import pytest

from app.adapters.sources.webhook_fields import given_proof, read_sent
from app.domain.errors import InvalidPayload
from app.service.source_ports import Request
from tests.contracts.source_rig import AT, a_request

FORM = "application/x-www-form-urlencoded"
PART = 'Content-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'


def multipart(*fields: tuple[str, str], boundary: str = "xYz") -> Request:
    parts = "".join(f"--{boundary}\r\n" + PART.format(*field) for field in fields)
    return a_request(f"{parts}--{boundary}--\r\n", content_type=f'multipart/form-data; boundary="{boundary}"')


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (a_request('{"a": "1", "b": null}'), {"a": "1", "b": None}),
        (a_request('\ufeff{"a": "é"}', content_type="application/vnd.x+json; charset=utf-8"), {"a": "é"}),
        (a_request("a=1&b=x+y", content_type=FORM), {"a": "1", "b": "x y"}),
        (a_request("payload=%7B%22a%22%3A1%7D&x=2", content_type=FORM), {"a": 1}),
        (a_request('{"a": 1}', content_type="text/plain"), {"a": 1}),
        (a_request('{"a": 1}', content_type=""), {"a": 1}),
        (a_request(" just text\n", content_type="text/plain"), {"message": "just text"}),
        (a_request("", query={"a": "1", "token": "t", "Api_Key": "k"}), {"a": "1"}),
        (a_request('{"a": ""}', query={"a": "1", "b": "2"}), {"a": "1", "b": "2"}),
        (a_request('{"a": "3"}', query={"a": "1"}), {"a": "3"}),
        (multipart(("a", "1"), ("b", "é\r\nf")), {"a": "1", "b": "é\r\nf"}),
        (multipart(("data", '{"a": [1]}')), {"a": [1]}),
        (a_request('{"Monitor": "pump", "Token": "s3cret"}'), {"Monitor": "pump"}),
        (a_request('{"Monitor": "pump", "api_key": "s3cret"}', content_type=FORM), {"Monitor": "pump"}),
        (a_request("Monitor=pump&password=s3cret", content_type=f"{FORM}; charset=utf-8"), {"Monitor": "pump"}),
        (a_request('\n {"Monitor": "pump"}', content_type="text/plain"), {"Monitor": "pump"}),
        (a_request("[pump] is down", content_type="text/plain"), {"message": "[pump] is down"}),
        (Request("GET", "/webhooks/x", {"Monitor": "pump", "token": "s3cret"}, {}, b"", AT), {"Monitor": "pump"}),
    ],
)
def test_fields_are_found(request_: Request, said: dict[str, object]) -> None:
    assert read_sent(request_).fields == said


@pytest.mark.parametrize(
    "request_",
    [
        a_request(""),
        a_request("", query={"token": "t"}),
        Request("GET", "/webhooks/x", {}, {}, b" ", AT),
        Request("GET", "/webhooks/x", {"token": "s3cret"}, {}, b" ", AT),
        a_request("{}"),
        a_request("[1]"),
        a_request("a=%00", content_type=FORM),
        a_request(b"\xff", content_type="text/plain"),
        a_request("", query={"a": "\ud800"}),
        a_request("--x\r\n", content_type="multipart/form-data"),
        a_request(
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff\r\n--x--',
            content_type="multipart/form-data; boundary=x",
        ),
        multipart(*((str(n), "") for n in range(21))),
        multipart(("data", '{"a": ')),
        a_request("nothing of the kind", content_type="multipart/form-data; boundary=x"),
    ],
)
def test_what_says_nothing_or_cannot_be_read_is_refused(request_: Request) -> None:
    with pytest.raises(InvalidPayload):
        read_sent(request_)


def test_credentials_are_left_out_at_any_depth() -> None:
    login = '{"basic_auth_pass": "x", "headers": "x", "user": "u"}'
    body = f'{{"service_key": "x", "a": [{login}], "passive": "p", "tokens": 1}}'

    assert read_sent(a_request(body)).fields == {"a": [{"user": "u"}], "passive": "p"}


@pytest.mark.parametrize(
    ("request_", "proof"),
    [
        (a_request("Token=abc&Name=x", content_type=FORM), "abc"),
        (a_request('{"Token": "abc"}'), "abc"),
        (a_request("", query={"Token": "abc"}), "abc"),
        (a_request("Name=x", content_type=FORM), None),
        (a_request("Name=x", content_type=FORM, query={"Token": "abc"}), None),
    ],
)
def test_a_credential_among_the_fields_can_be_asked_for_by_name(request_: Request, proof: str | None) -> None:
    assert given_proof(request_, "Token") == proof


def test_a_list_of_one_object_is_that_object() -> None:
    assert read_sent(a_request('\n[{"a": 1}]')).fields == {"a": 1}
