"""As much of Label Studio as `lsal init` asks: its version, whose token it is, one project."""

from http.server import ThreadingHTTPServer

from plugin.domain.prediction import TaskType
from plugin.labelstudio.label_configs import render
from tests.stand_ins import JsonHandler

TOKEN, WRONG = "0123456789abcdef" * 2, "f" * 40


class LabelStudio(ThreadingHTTPServer):
    """As much of Label Studio as `lsal init` asks."""

    config = render(TaskType.KEYPOINT_DETECTION, ["bolt"], ["tip"], {"bolt": "#fc6000"})

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(JsonHandler):
    server: LabelStudio

    def do_GET(self) -> None:  # noqa: N802  the library's
        path = self.path.partition("?")[0].rstrip("/")
        project = {"id": 7, "title": "Bolts, line 3", "description": ""}
        answers = {
            "/api/version": {"edition": "Community", "release": "1.23.2"},
            "/api/projects": {"count": 1, "results": [project] if "page=1" in self.path else []},
            "/api/projects/7": project | {"label_config": self.server.config},
            "/api/current-user/whoami": {"id": 1, "email": "ann@example.com"},
        }
        is_ours = self.headers["Authorization"] == f"Token {TOKEN}"
        if path != "/api/version" and not is_ours:
            self.send_json(401, {"detail": "Invalid token."})
        elif path in answers:
            self.send_json(200, answers[path])
        else:
            self.send_json(404, {"detail": "Not found."})
