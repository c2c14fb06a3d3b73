"""A stand-in for GitHub that takes only what GitHub's own pages describe."""

import json
import re

from werkzeug import Request, Response

from tests.adapters.channels.fake_tracker import FakeTracker, a_reply, fault, refused
from tests.adapters.channels.strict_vendor import Body, a_text, an_object

TOKEN = "github_pat_k3Vw8pQz"
REPOSITORY = "example/payments"
ISSUES = f"/repos/{REPOSITORY}/issues"

# https://docs.github.com/en/rest/issues/issues#create-an-issue: the body parameters
ISSUE = an_object(
    "title",
    "body assignee milestone labels assignees type",
    title=a_text(256),
    body=a_text(65_536, shortest=0),
    labels={"type": "array"},
)
# https://docs.github.com/en/rest/issues/issues#list-repository-issues: the query parameters
LISTING = an_object(
    "",
    "state sort direction per_page page since labels creator assignee mentioned milestone type",
    state={"enum": ["open", "closed", "all"]},
    sort={"enum": ["created", "updated", "comments"]},
    direction={"enum": ["asc", "desc"]},
    per_page={"type": "string", "pattern": "^([1-9]|[1-9][0-9]|100)$"},
)
# https://docs.github.com/en/rest/search/search#search-issues-and-pull-requests
SEARCH = an_object(
    "q",
    "sort order per_page page",
    q=a_text(300),
    per_page={"type": "string", "pattern": "^([1-9]|[1-9][0-9]|100)$"},
)


class FakeGitHub(FakeTracker):
    """Lists the newest issues at once; its search knows only what was `indexed`."""

    indexed = True

    def answer(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {self.token}" or not request.headers.get("user-agent"):
            return refused("Bad credentials", 401)
        match request.method, request.path:
            case "GET", path if path == ISSUES:
                return self._list(request)
            case "GET", "/search/issues":
                return self._search(request)
            case "POST", path if path == ISSUES:
                return self._create(request)
        return refused("Not Found", 404)

    def _list(self, request: Request) -> Response:
        wrong = fault(LISTING, request.args.to_dict())
        newest = list(reversed(self.tickets))[: int(request.args.get("per_page", 30))]
        return refused(wrong, 422) if wrong else a_reply(newest)

    def _search(self, request: Request) -> Response:
        asked = request.args.get("q", "")
        wrong = fault(SEARCH, request.args.to_dict())
        if not wrong and "is:issue" not in asked and "is:pull-request" not in asked:
            wrong = "the query must include is:issue or is:pull-request"
        if wrong:
            return refused(wrong, 422)
        (words,) = re.findall(r'"([^"]+)"', asked)
        found = [
            one for one in self.tickets if self.indexed and f"repo:{REPOSITORY}" in asked and words in str(one["body"])
        ]
        return a_reply({"total_count": len(found), "incomplete_results": False, "items": found})

    def _create(self, request: Request) -> Response:
        body: Body = json.loads(request.get_data())
        if wrong := fault(ISSUE, body):
            return refused(wrong, 422)
        url = f"https://github.com/{REPOSITORY}/issues/{len(self.tickets) + 1}"
        issue = {**body, "html_url": url}
        return self.opened(issue, issue)
