"""An emulated AWS API (moto) that comes back after a stop to what it was.

moto keeps everything in memory. Here every request that changed something is noted in a journal together with the seed
of the identifiers that it drew, and the journal is replayed at the start: the same buckets, keys and roles come back
under the same identifiers.

Usage: server.py PORT JOURNAL
"""

import base64
import io
import json
import random
import re
import sys
import threading

from moto.backends import get_backend
from moto.core import DEFAULT_ACCOUNT_ID
from moto.moto_api._internal import mock_random
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import run_simple

READING_METHODS = {"GET", "HEAD", "OPTIONS"}
READING_ACTION = re.compile(r"^(Get|List|Describe|Simulate|AssumeRole|Decrypt|Encrypt|GenerateDataKey|Verify|Sign)")


class Journaled:
    def __init__(self, application, journal):
        self.application = application
        self.journal = journal
        # One request at a time: the order in the journal is the order in which identifiers were drawn.
        self.turn = threading.Lock()

    def replay(self):
        try:
            with open(self.journal, encoding="utf-8") as lines:
                for line in lines:
                    # A kill may have cut the last line short; its client never had an answer.
                    if line.endswith("\n"):
                        note = json.loads(line)
                        self.answer(note["environ"], base64.b64decode(note["body"]), note["seed"])
        except FileNotFoundError:
            pass

    def answer(self, environ, body, seed):
        answer = {}

        def start_response(status, headers, exc_info=None):
            answer.update(status=status, headers=headers)

        wsgi = {
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.input_terminated": True,
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        request = {**environ, **wsgi}
        self.touch(request)
        if seed is not None:
            mock_random.seed(seed)
        chunks = self.application(request, start_response)
        try:
            return answer["status"], answer["headers"], b"".join(chunks)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()

    def touch(self, environ):
        """Has what answers the request made first: making it draws identifiers too, and must not happen in between."""
        self.application.get_application(environ)
        scope = re.search(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/", environ.get("HTTP_AUTHORIZATION", ""))
        if scope:
            region, service = scope.groups()
            regions = get_backend(service)[DEFAULT_ACCOUNT_ID]
            regions[region if region in regions.regions else "global"]

    def __call__(self, environ, start_response):
        plain = {key: value for key, value in environ.items() if isinstance(value, (str, dict))}
        body = read_body(environ)
        changes = not is_reading(plain, body)
        seed = random.SystemRandom().getrandbits(64) if changes else None
        with self.turn:
            status, headers, content = self.answer(plain, body, seed)
            if changes and status < "4":
                note = {"environ": plain, "body": base64.b64encode(body).decode(), "seed": seed}
                with open(self.journal, "a", encoding="utf-8") as journal:
                    journal.write(json.dumps(note) + "\n")
        start_response(status, headers)
        return [content]


def read_body(environ):
    if environ.get("wsgi.input_terminated"):
        return environ["wsgi.input"].read()
    return environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))


def is_reading(environ, body):
    if environ["REQUEST_METHOD"] in READING_METHODS:
        return True
    target = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
    form = re.search(rb"(?:^|&)Action=(\w+)", body[:4096])
    return bool(READING_ACTION.match(target or (form.group(1).decode() if form else "")))


class QuietRequestHandler(MotoRequestHandler):
    def log_request(self, code="-", size="-"):
        """The log is for faults; a line per request would bury them."""


def main():
    port, journal = int(sys.argv[1]), sys.argv[2]
    application = Journaled(DomainDispatcherApplication(create_backend_app), journal)
    application.replay()
    run_simple("127.0.0.1", port, application, threaded=True, request_handler=QuietRequestHandler)


main()
