"""A stand-in for Zoom that takes only what Zoom's own pages describe."""

import json
import time
from base64 import b64encode
from dataclasses import dataclass, field

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.adapters.channels.fake_tracker import a_reply, fault
from tests.adapters.channels.strict_vendor import Body, a_text, an_object

ACCOUNT, CLIENT, SECRET = "acc0untk3Vw8pQz", "cl1entk3Vw8pQz", "s3cr3tk3Vw8pQz"

# https://developers.zoom.us/docs/api/meetings/#tag/meetings/POST/users/{userId}/meetings: the body's properties
SETTINGS = an_object(
    "",
    "join_before_host jbh_time waiting_room host_video participant_video mute_upon_entry auto_recording",
    join_before_host={"type": "boolean"},
    jbh_time={"enum": [0, 5, 10, 15]},
    waiting_room={"type": "boolean"},
)
MEETING = an_object(
    "topic type",
    "agenda default_password duration password start_time timezone settings",
    topic=a_text(200),
    type={"enum": [1, 2, 3, 8, 10]},
    duration={"type": "integer"},
    start_time={"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
    settings=SETTINGS,
)


@dataclass
class FakeZoom:
    """`status` is what it answers whatever is asked, once it is set. `slow` is how many seconds it takes to think. A
    token that is not `valid` any more is refused."""

    meetings: list[Body] = field(default_factory=list)
    tokens: int = 0
    valid: str = ""
    status: int = 0
    slow: float = 0

    def __call__(self, request: Request) -> Response:
        time.sleep(self.slow)
        if self.status:
            return Response("not Zoom's own JSON", self.status)
        match request.path:
            case "/oauth/token":
                return self._token(request)
            case "/v2/users/me/meetings":
                return self._meeting(request)
        return a_reply({"code": 404, "message": "not found"}, 404)

    def _token(self, request: Request) -> Response:
        """https://developers.zoom.us/docs/internal-apps/s2s-oauth/"""
        basic = b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {basic}":
            return a_reply({"reason": "Invalid client_id or client_secret", "error": "invalid_client"}, 400)
        asked = request.form.to_dict() if request.mimetype == "application/x-www-form-urlencoded" else {}
        if asked != {"grant_type": "account_credentials", "account_id": ACCOUNT}:
            return a_reply({"reason": "unsupported grant type", "error": "unsupported_grant_type"}, 400)
        self.tokens += 1
        self.valid = f"t0ken{self.tokens}k3Vw8pQz"
        return a_reply(
            {"access_token": self.valid, "token_type": "bearer", "expires_in": 3600, "scope": "meeting:write"}
        )

    def _meeting(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {self.valid}":
            return a_reply({"code": 124, "message": "Invalid access token."}, 401)
        body: Body = json.loads(request.get_data())
        if wrong := fault(MEETING, body):
            return a_reply({"code": 300, "message": wrong}, 400)
        self.meetings.append(body)
        number = 85746065 + len(self.meetings)
        url = f"https://example.zoom.us/j/{number}?pwd=p4ss"
        return a_reply({"id": number, "join_url": url, "start_url": f"{url}&zak=h0st", **body}, 201)


def a_zoom(httpserver: HTTPServer) -> FakeZoom:
    fake = FakeZoom()
    for path in ("/oauth/token", "/v2/users/me/meetings"):
        httpserver.expect_request(path, method="POST").respond_with_handler(fake)
    return fake
