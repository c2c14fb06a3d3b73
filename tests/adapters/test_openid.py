"""What a provider's ID token must be: signed by the provider, for us, for this sign-in, and still good."""

import json
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey
from pytest_httpserver import HTTPServer

from app.adapters.openid import Begun, OpenIdProvider
from app.adapters.outbound_http import OutboundHttp
from app.domain.errors import OutsideUnavailable, Unauthorised

pytestmark = pytest.mark.server

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
SECRET = "a secret that both of them know, and long enough"
BACK = "https://oncall.example.com/sign-in/return"
KEY, OTHER_KEY = RSAKey.generate_key(2048, {"kid": "k1"}), RSAKey.generate_key(2048, {"kid": "k1"})


class Clock:
    def now(self) -> datetime:
        return NOW


@dataclass
class Rig:
    """A provider that says whatever a test wants, and us before it."""

    server: HTTPServer
    provider: OpenIdProvider

    @property
    def issuer(self) -> str:
        return self.server.url_for("").rstrip("/")

    def claims(self, begun: Begun, **changes: Any) -> dict[str, Any]:
        at = int(NOW.timestamp())
        good = {"iss": self.issuer, "aud": "oncall", "sub": "asha", "iat": at, "exp": at + 60, "nonce": begun.nonce}
        return {name: value for name, value in {**good, **changes}.items() if value is not None}

    def signed(self, claims: dict[str, Any], key: RSAKey = KEY) -> str:
        return jwt.encode({"alg": "RS256", "kid": "k1"}, claims, key)

    async def finish(self, begun: Begun, id_token: str, userinfo: dict[str, Any] | None = None) -> Any:
        self.server.expect_request("/token").respond_with_json({"id_token": id_token, "access_token": "at"})
        self.server.expect_request("/me").respond_with_json(userinfo or {"sub": "somebody else"})
        return await self.provider.finish("code", begun.nonce, begun.verifier, BACK)


@pytest.fixture
async def rig(httpserver: HTTPServer) -> AsyncIterator[Rig]:
    at = httpserver.url_for("").rstrip("/")
    named = {"authorization": "/auth", "token": "/token", "userinfo": "/me"}
    document = {"issuer": at, "jwks_uri": f"{at}/keys", **{f"{one}_endpoint": at + to for one, to in named.items()}}
    httpserver.expect_request("/.well-known/openid-configuration").respond_with_json(document)
    httpserver.expect_request("/keys").respond_with_json(KeySet([KEY]).as_dict(private=False))
    http = OutboundHttp(total=timedelta(seconds=3))
    yield Rig(httpserver, OpenIdProvider(http, Clock(), at, "oncall", SECRET))
    await http.aclose()


async def test_what_the_token_claims_is_believed_and_what_is_told_besides_only_adds_to_it(rig: Rig) -> None:
    begun = await rig.provider.begin(BACK)
    more = {"sub": "asha", "email": "asha@example.com", "iss": "https://elsewhere.example.com"}

    claims = await rig.finish(begun, rig.signed(rig.claims(begun)), more)

    assert (claims["sub"], claims["email"], claims["iss"]) == ("asha", "asha@example.com", rig.issuer)


async def test_what_is_told_of_somebody_else_is_not_believed(rig: Rig) -> None:
    begun = await rig.provider.begin(BACK)

    claims = await rig.finish(begun, rig.signed(rig.claims(begun)), {"sub": "ben", "email": "ben@example.com"})

    assert "email" not in claims


def encoded(part: dict[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


BAD: dict[str, Callable[[Rig, Begun], str]] = {
    "for another client": lambda rig, begun: rig.signed(rig.claims(begun, aud="another")),
    "for no client": lambda rig, begun: rig.signed(rig.claims(begun, aud=None)),
    "of another provider": lambda rig, begun: rig.signed(rig.claims(begun, iss="https://evil.example.com")),
    "of another sign-in": lambda rig, begun: rig.signed(rig.claims(begun, nonce="another")),
    "of no sign-in": lambda rig, begun: rig.signed(rig.claims(begun, nonce=None)),
    "too old": lambda rig, begun: rig.signed(rig.claims(begun, exp=int(NOW.timestamp()) - 3600)),
    "without an end": lambda rig, begun: rig.signed(rig.claims(begun, exp=None)),
    "of nobody": lambda rig, begun: rig.signed(rig.claims(begun, sub=None)),
    "signed with another key": lambda rig, begun: rig.signed(rig.claims(begun), OTHER_KEY),
    "signed with the secret": lambda rig, begun: jwt.encode(
        {"alg": "HS256", "kid": "k1"}, rig.claims(begun), OctKey.import_key(SECRET)
    ),
    "not signed": lambda rig, begun: f"{encoded({'alg': 'none'})}.{encoded(rig.claims(begun))}.",
    "no token": lambda rig, begun: "",
    "no JSON": lambda rig, begun: "a.b.c",
}


@pytest.mark.parametrize("bad", BAD.values(), ids=list(BAD))
async def test_any_other_token_lets_nobody_in(rig: Rig, bad: Callable[[Rig, Begun], str]) -> None:
    begun = await rig.provider.begin(BACK)

    with pytest.raises(Unauthorised):
        await rig.finish(begun, bad(rig, begun))


async def test_new_keys_of_the_provider_are_fetched(rig: Rig, httpserver: HTTPServer) -> None:
    begun = await rig.provider.begin(BACK)
    fresh = RSAKey.generate_key(2048, {"kid": "k2"})
    httpserver.expect_oneshot_request("/keys").respond_with_json(KeySet([fresh]).as_dict(private=False))
    token = jwt.encode({"alg": "RS256", "kid": "k2"}, rig.claims(begun), fresh)

    assert (await rig.finish(begun, token))["sub"] == "asha"


@pytest.mark.parametrize("document", [{}, {"issuer": "https://evil.example.com"}, []])
async def test_a_provider_that_is_another_or_none_is_not_used(httpserver: HTTPServer, document: Any) -> None:
    httpserver.expect_request("/.well-known/openid-configuration").respond_with_data(json.dumps(document))
    http = OutboundHttp(total=timedelta(seconds=3))

    with pytest.raises(OutsideUnavailable):
        await OpenIdProvider(http, Clock(), httpserver.url_for(""), "oncall", "").begin(BACK)
    await http.aclose()
