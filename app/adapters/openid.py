"""Sign-in by a provider of OpenID Connect: authorization code flow with PKCE (OpenID Connect Core 1.0, RFC 7636).

Authlib makes the requests and judges what an ID token claims, joserfc checks its signature; the talking is done by
`OutboundHttp`, like all talking to the outside.
"""

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Any
from urllib.parse import quote_plus

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from app.adapters.outbound_http import OutboundHttp, Reply, Unreachable, object_in
from app.domain.errors import OutsideUnavailable, Unauthorised
from app.service.ports import Clock

WANTED = "openid profile email"
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""Signatures that only the provider can make. `none`, and those with a secret that two know, are not among them."""

KEPT = timedelta(hours=1)
LEEWAY = 60
"""Seconds by which two clocks may differ."""

FORM = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}


@dataclass(frozen=True, slots=True)
class Begun:
    """Where to send the browser, and what to keep of that until it comes back."""

    url: str
    state: str
    nonce: str
    verifier: str


@dataclass(slots=True)
class _Known:
    """What the provider says of itself, and its keys."""

    document: Mapping[str, Any]
    keys: KeySet
    until: datetime


class OpenIdProvider:
    """One provider. Every method raises `OutsideUnavailable` when it cannot be talked to."""

    def __init__(self, http: OutboundHttp, clock: Clock, issuer: str, client_id: str, client_secret: str) -> None:
        self._http = http
        self._clock = clock
        self._issuer = issuer.rstrip("/")
        self._client_id = client_id
        self._client_secret = client_secret
        self._known: _Known | None = None

    async def begin(self, redirect_uri: str) -> Begun:
        known = await self._provider()
        state, nonce, verifier = token_urlsafe(24), token_urlsafe(24), token_urlsafe(48)
        url = prepare_grant_uri(
            _address(known.document, "authorization_endpoint"),
            self._client_id,
            "code",
            redirect_uri,
            WANTED,
            state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
        )
        return Begun(url, state, nonce, verifier)

    async def finish(self, code: str, nonce: str, verifier: str, redirect_uri: str) -> Mapping[str, Any]:
        """What the provider claims of whoever has come back with `code`. Raises `Unauthorised` when it does not stand
        by it."""
        known = await self._provider()
        tokens = await self._tokens(known, code, verifier, redirect_uri)
        claims = await self._claims(str(tokens.get("id_token", "")), nonce, known)
        return {**claims, **await self._more(known, str(tokens.get("access_token", "")), claims)}

    async def _tokens(self, known: _Known, code: str, verifier: str, redirect_uri: str) -> Mapping[str, object]:
        headers, mine = dict(FORM), {"client_id": self._client_id}
        if self._client_secret:
            if "client_secret_basic" in known.document.get("token_endpoint_auth_methods_supported", BASIC):
                mine, pair = {}, f"{quote_plus(self._client_id)}:{quote_plus(self._client_secret)}"
                headers["authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
            else:
                mine["client_secret"] = self._client_secret
        body = prepare_token_request(
            "authorization_code", redirect_uri=redirect_uri, code=code, code_verifier=verifier, **mine
        )
        try:
            reply = await self._http.post(
                _address(known.document, "token_endpoint"), content=body.encode(), headers=headers
            )
        except Unreachable as error:
            raise OutsideUnavailable(error.reason) from None
        if reply.status >= 500:
            raise OutsideUnavailable(f"the provider answered {reply.status}")
        if reply.status != 200:
            raise Unauthorised(f"the provider does not take what it gave ({_error(reply)}): begin again")
        return object_in(reply)

    async def _claims(self, id_token: str, nonce: str, known: _Known) -> Mapping[str, Any]:
        try:
            try:
                read = jwt.decode(id_token, known.keys, algorithms=ALGORITHMS)
            except (JoseError, ValueError):  # Its keys may have changed since.
                read = jwt.decode(id_token, (await self._provider(again=True)).keys, algorithms=ALGORITHMS)
            claims = CodeIDToken(
                read.claims,
                read.header,
                {"iss": {"essential": True, "value": str(known.document["issuer"])}, "aud": {"value": self._client_id}},
                {"nonce": nonce, "client_id": self._client_id},
            )
            claims.validate(now=int(self._clock.now().timestamp()), leeway=LEEWAY)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise Unauthorised(f"the provider's ID token is not valid ({type(error).__name__})") from None
        return dict(claims)

    async def _more(self, known: _Known, access_token: str, claims: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the provider says only when asked with the token: of many, e-mail and groups. None of it may change what
        the ID token says."""
        if "userinfo_endpoint" not in known.document or not access_token:
            return {}
        headers = {"authorization": f"Bearer {access_token}", "accept": "application/json"}
        found = await self._get(_address(known.document, "userinfo_endpoint"), headers)
        if found.get("sub") != claims["sub"]:
            return {}
        return {name: value for name, value in found.items() if name not in claims}

    async def _provider(self, again: bool = False) -> _Known:
        now = self._clock.now()
        if self._known is None or self._known.until <= now or again:
            document = await self._get(f"{self._issuer}/.well-known/openid-configuration")
            if str(document.get("issuer", "")).rstrip("/") != self._issuer:
                raise OutsideUnavailable("the provider calls itself by another name than ONCALL_OIDC_ISSUER")
            keys = await self._get(_address(document, "jwks_uri"))
            try:
                self._known = _Known(document, KeySet.import_key_set(keys), now + KEPT)  # type: ignore[arg-type]
            except (JoseError, ValueError, KeyError, TypeError):
                raise OutsideUnavailable("the provider's keys cannot be read") from None
        return self._known

    async def _get(self, url: str, headers: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        try:
            reply = await self._http.get(url, headers=headers)
        except Unreachable as error:
            raise OutsideUnavailable(error.reason) from None
        found = object_in(reply)
        if reply.status != 200 or not found:
            raise OutsideUnavailable(f"the provider answered {reply.status}")
        return found


BASIC = ("client_secret_basic",)
"""What a provider takes that does not say."""


def _address(document: Mapping[str, Any], name: str) -> str:
    found = document.get(name)
    if not isinstance(found, str) or not found.startswith(("https://", "http://")):
        raise OutsideUnavailable(f"the provider does not say its {name}")
    return found


def _error(reply: Reply) -> str:
    """The short word of RFC 6749 section 5.2, if there is one."""
    try:
        word = str(json.loads(reply.body).get("error", ""))
    except (ValueError, AttributeError):
        word = ""
    return word[:60] if word.isprintable() and word else f"status {reply.status}"
