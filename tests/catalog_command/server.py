"""A server on the loopback that answers as it is told, one answer for each request."""

import contextlib
import gzip
import http.server
import threading
import time
from typing import NamedTuple


class Answer:
    """What the server says. `sent` bytes of the body are sent, in pieces with pauses between."""

    def __init__(self, body=b"", status=200, sent=None, pieces=1, pause=0.0, **headers):
        self.body, self.status, self.sent = body, status, sent
        self.pieces, self.pause = pieces, pause
        self.headers = {"Content-Length": str(len(body))}
        self.headers |= {name.replace("_", "-"): value for name, value in headers.items()}


def whole(body, etag='"one"', **more):
    """An answer that knows ranges and versions, as a server of files does."""

    def answer(request):
        if request.headers.get("If-None-Match") == etag:
            return Answer(status=304, ETag=etag)
        begin = request.headers.get("Range", "bytes=0-").removeprefix("bytes=").removesuffix("-")
        if int(begin) == 0 or request.headers.get("If-Range") != etag:
            return Answer(body, ETag=etag, **more)
        return Answer(body[int(begin):], status=206, ETag=etag, **more,
                      Content_Range=f"bytes {begin}-{len(body) - 1}/{len(body)}")

    return answer


def zipped(body):
    return Answer(gzip.compress(body), Content_Encoding="gzip", ETag='"zipped"')


class Request(NamedTuple):
    path: str
    headers: dict


class Server(http.server.ThreadingHTTPServer):
    """Gives each request the next of `answers`, the last one for ever."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers = [Answer(status=404)]
        self.requests = []
        self.url = f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request, client_address):
        pass  # a client that hangs up is what some tests are about


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):  # noqa: N802
        server = self.server
        server.requests.append(Request(self.path, dict(self.headers)))
        answer = server.answers.pop(0) if len(server.answers) > 1 else server.answers[0]
        answer = answer(self) if callable(answer) else answer
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        body = answer.body[:answer.sent]
        step = max(1, -(-len(body) // answer.pieces))
        with contextlib.suppress(OSError):
            for at in range(0, len(body), step):
                self.wfile.write(body[at:at + step])
                self.wfile.flush()
                time.sleep(answer.pause)
        self.close_connection = answer.sent is not None

    def log_message(self, *args):
        pass


@contextlib.contextmanager
def running():
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
