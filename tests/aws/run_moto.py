"""Runs moto's own tests of a service against the server: `cargo xtask moto [stepfunctions]`.

moto imitates AWS in memory; its tests have a mode in which they talk to a server instead. They are no part of this
repository: they are taken from moto's source package, changed where they name moto's account, address and region and where they
make a function's zip, which gets a module that echoes besides its Python; and they are run against a small proxy, which sends
what Steploom speaks to Steploom and the rest of AWS (roles, tables, queues) to moto's own server. Before each test the proxy starts a Steploom that is empty, as moto empties itself. The last line is the count; docs/aws.md
says why the rest fail.
"""

import base64
import http.client
import http.server
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
import urllib.parse

ACCOUNT = os.environ.get("STEPLOOM_ACCOUNT", "000000000000")
# What moto's own server takes for the account; it is read once, as moto is imported.
os.environ["MOTO_ACCOUNT_ID"] = ACCOUNT

from moto.server import ThreadedMotoServer  # noqa: E402

VERSION = "5.2.1"
# Services that go to Steploom, as the signature's scope names them.
OURS = {"states", "lambda", "scheduler", "s3"}
FOLDERS = {
    "stepfunctions": ["tests/test_stepfunctions"],
    "lambda": ["tests/test_awslambda"],
    "scheduler": ["tests/test_scheduler"],
    "s3": ["tests/test_s3"],
}

# A command that copies its input to its output, in place of functions in Python.
ECHO = base64.b64decode(
    "AGFzbQEAAAABDAJgBH9/f38Bf2AAAAJEAhZ3YXNpX3NuYXBzaG90X3ByZXZpZXcxB2ZkX3JlYWQAABZ3YXNpX3NuYXBzaG90X3ByZXZpZXcxCGZkX3dyaXRlAAADAg"
    "EBBQMBAAIHEwIGbWVtb3J5AgAGX3N0YXJ0AAIKQQE/AANAQQBBEDYCAEEEQYCABDYCAEEAQQBBAUEIEAAaQQRBCCgCADYCAEEIKAIABEBBAUEAQQFBDBABGgwBCwsL"
)
# Regions that moto's tests of functions name.
REGIONS = re.compile(r"(us-(east-2|west-[12])|ap-southeast-1|eu-west-1)")
ZIPPED = 'zip_file.writestr("lambda_function.py"'


class Proxy(http.server.BaseHTTPRequestHandler):
    """Sends each request on, unchanged."""

    protocol_version = "HTTP/1.1"
    moto = ("127.0.0.1", 0)

    def forward(self):
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(length)
        if self.path == "/moto-api/reset":
            self.server.steploom.renew()
        scope = self.headers.get("authorization", "").partition("Credential=")[2].split("/")
        service = scope[3] if len(scope) > 3 else ""
        if service in OURS and not self.path.startswith("/moto-api"):
            address = self.server.steploom.address
            self.server.steploom.is_used = True
        else:
            address = self.moto
        connection = http.client.HTTPConnection(*address, timeout=90)
        headers = {key: value for key, value in self.headers.items() if key.lower() not in ("host", "connection")}
        headers["host"] = f"{address[0]}:{address[1]}"
        connection.request(self.command, self.path, body, headers)
        answer = connection.getresponse()
        data = answer.read()
        self.send_response(answer.status)
        for key, value in answer.getheaders():
            if key.lower() not in ("transfer-encoding", "connection", "content-length", "date", "server"):
                self.send_header(key, value)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)
        connection.close()

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = forward

    def log_message(self, *_):
        pass


class Server:
    """A Steploom with a folder of its own, which another takes the place of for each test."""

    def __init__(self, program):
        self.program = program
        self.lock = threading.Lock()
        self.process = self.folder = self.address = None
        self.is_used = True

    def renew(self):
        """An empty one, unless it is that."""
        with self.lock:
            if not self.is_used:
                return
            self.is_used = False
            self.stop()
            self.folder = tempfile.mkdtemp(prefix="steploom-moto-")
            words = [self.program, "up", "--listen", "127.0.0.1:0", "--json", "--data", f"{self.folder}/data"]
            silent = subprocess.DEVNULL
            self.process = subprocess.Popen(words, stdin=silent, stdout=subprocess.PIPE, stderr=silent)
            url = urllib.parse.urlsplit(json.loads(self.process.stdout.readline())["url"])
            self.address = (url.hostname, url.port)

    def stop(self):
        """Ends it, and removes its folder."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            shutil.rmtree(self.folder, ignore_errors=True)
            self.process = None


def fetch(folder):
    """The source package's tests, unpacked anew; gives their folder."""
    home = folder / f"moto-{VERSION}"
    package = folder / f"moto-{VERSION}.tar.gz"
    if not package.exists():
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", "-d", folder]
        subprocess.run([*pip, f"moto=={VERSION}"], check=True)
    shutil.rmtree(home, ignore_errors=True)
    with tarfile.open(package) as archive:
        wanted = [member for member in archive.getmembers() if member.name.startswith(f"moto-{VERSION}/tests/")]
        archive.extractall(folder, members=wanted, filter="data")
    return home


def adapt(home, port):
    """Names our account, the proxy's address and our region where the tests name moto's, and puts a module into zips."""
    (home / "echo.wasm").write_bytes(ECHO)
    echo = f'zip_file.write({str(home / "echo.wasm")!r}, "bootstrap.wasm"); '
    for path in (home / "tests").rglob("*"):
        if path.suffix in (".py", ".json"):
            before = path.read_text()
            after = before.replace("123456789012", ACCOUNT).replace("localhost:5000", f"127.0.0.1:{port}")
            after = after.replace("from moto.core import DEFAULT_ACCOUNT_ID", "from tests import DEFAULT_ACCOUNT_ID")
            if path.parent.name == "test_awslambda":
                after = REGIONS.sub("us-east-1", after)
            after = after.replace(ZIPPED, echo + ZIPPED)
            if after != before:
                path.write_text(after)


def main():
    service = sys.argv[1] if len(sys.argv) > 1 else "stepfunctions"
    folder = pathlib.Path(os.environ["STEPLOOM_MOTO_HOME"])
    home = fetch(folder)
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    Proxy.moto = moto.get_host_and_port()
    proxy = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    proxy.steploom = Server(os.environ["STEPLOOM_PROGRAM"])
    proxy.steploom.renew()
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    port = proxy.server_address[1]
    adapt(home, port)
    environment = {
        **os.environ,
        "TEST_SERVER_MODE": "true",
        "TEST_SERVER_MODE_ENDPOINT": f"http://127.0.0.1:{port}",
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
    }
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=line", *FOLDERS[service], *sys.argv[2:]]
    status = subprocess.run(command, cwd=home, env=environment, check=False).returncode
    proxy.shutdown()
    proxy.steploom.stop()
    moto.stop()
    sys.exit(status)


if __name__ == "__main__":
    main()
