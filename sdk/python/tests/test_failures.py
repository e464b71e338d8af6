"""Servers that are away, busy, slow or not ours."""

import os
import socket
import threading
import time
import unittest
from typing import Any, Callable, Dict, List
from unittest import mock

import steploom
from fake import AWAY, BUSY, ID, Asked, Fake, answer, client_of, problem
from steploom import Client, Retry


class Repeating(unittest.TestCase):
    def test_what_may_be_repeated_is(self) -> None:
        slept: List[float] = []
        with Fake(BUSY, AWAY, answer({"items": []})) as fake:
            client = client_of(fake, retry=Retry(pause_s=0.0, sleep=slept.append))
            self.assertEqual(client.api.list_functions(), {"items": []})
        self.assertEqual(len(fake.asked), 3)
        self.assertEqual(slept, [7.0, 0.0])

    def test_patience_ends(self) -> None:
        with Fake(*[AWAY] * 9) as fake:
            with self.assertRaises(steploom.Unavailable) as raised:
                client_of(fake).api.list_functions()
            self.assertEqual(raised.exception.code, "Unavailable")
            self.assertEqual(len(fake.asked), 4)
            with self.assertRaises(steploom.Unavailable):
                client_of(fake, retry=Retry(attempts_max=1)).api.list_functions()
            self.assertEqual(len(fake.asked), 5)

    def test_a_server_that_asks_for_much_patience_is_not_waited_for(self) -> None:
        with Fake(problem(503, "Unavailable", "retry-after: 3600")) as fake:
            with self.assertRaises(steploom.Unavailable) as raised:
                client_of(fake).api.list_functions()
        self.assertEqual(raised.exception.retry_after_s, 3600.0)
        self.assertEqual(len(fake.asked), 1)

    def test_what_may_not_be_repeated_is_not(self) -> None:
        calls: List[Callable[[Client], object]] = [
            lambda client: client.invoke("f"),
            lambda client: client.run("m"),
            lambda client: client.deploy_machine("m", {}, create_only=True),
            lambda client: client.deploy_function("f", b"\0asm", create_only=True),
            lambda client: client.api.start_execution({"machine": "m"}),
            lambda client: client.api.succeed_task("t", {"output": 1}),
            lambda client: client.api.delete_machine("m"),
            lambda client: client.api.redrive_execution(ID),
            lambda client: client.api.readyz(),
        ]
        for call in calls:
            for says in (BUSY, AWAY, b""):
                with Fake(says, says) as fake, self.assertRaises(steploom.Error):
                    call(client_of(fake))
                self.assertEqual(len(fake.asked), 1, fake.asked[0].line)

    def test_what_was_never_sent_is_tried_again_whatever_it_is(self) -> None:
        with Fake(answer(1, "200 OK", *ANSWERED)) as fake:
            connect = socket.create_connection
            refusals = [ConnectionRefusedError("no"), ConnectionRefusedError("no")]

            def reluctant(*arguments: Any) -> socket.socket:
                if refusals:
                    raise refusals.pop()
                return connect(*arguments)

            with mock.patch("socket.create_connection", reluctant):
                self.assertEqual(client_of(fake).invoke("f").result, 1)
        self.assertEqual(len(fake.asked), 1)

    def test_a_line_that_breaks_is_made_again(self) -> None:
        whole = answer({"items": [1, 2, 3]})
        with Fake(b"", whole[:-4] + b"", answer({"items": []})) as fake:
            # The second answer is cut within its body.
            fake._says[1] = lambda asked, sock: sock.sendall(whole[:-4])
            self.assertEqual(client_of(fake).api.list_functions(), {"items": []})
        self.assertEqual(len(fake.asked), 3)

    def test_a_chunked_answer_that_breaks_is_no_answer(self) -> None:
        head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
        good = head + b'd\r\n{"items": [1]\r\n1\r\n}\r\n0\r\n\r\n'
        for cut in (len(head) + 1, len(head) + 9, len(head) + 18, len(good) - 5):
            with Fake(lambda asked, sock, cut=cut: sock.sendall(good[:cut]), good) as fake:  # type: ignore[misc]
                self.assertEqual(client_of(fake).api.list_functions(), {"items": [1]}, cut)
            self.assertEqual(len(fake.asked), 2, cut)


ANSWERED = (
    "x-steploom-request-id: r",
    "x-steploom-version: 3",
    "x-steploom-duration-us: 42",
    "x-steploom-fuel: 9",
)


class Strange(unittest.TestCase):
    def test_nobody_there_says_how_to_start_it(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with self.assertRaises(steploom.Unreachable) as raised:
            Client(url, retry=Retry(pause_s=0.0)).api.index()
        self.assertTrue(raised.exception.is_refused)
        self.assertIsInstance(raised.exception, ConnectionError)
        self.assertIn(f"cannot reach Steploom at {url}", str(raised.exception))
        self.assertIn("steploom up", str(raised.exception))

    def test_another_server_is_no_steploom(self) -> None:
        page = b"<html>hello</html>"
        for says in (
            answer(page),
            answer(page, "404 Not Found"),
            answer(page, "502 Bad Gateway"),
            answer(b"", "302 Found", "location: http://127.0.0.1:1/"),
            answer({"status": "x", "code": 1, "title": "t"}, "400 Bad"),
            answer([1], "400 Bad"),
            answer(b"", "400 Bad"),
            answer(b"\xff\xfe", "200 OK"),
            b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
            b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n" + b"a: b\r\n" * 200 + b"\r\n{}",
        ):
            with self.subTest(says=says[:60]), Fake(says) as fake:
                with self.assertRaises(steploom.BadAnswer) as raised:
                    client_of(fake).api.list_machines()
                self.assertEqual(len(fake.asked), 1)
                self.assertIn("makes no sense", str(raised.exception))

    def test_a_function_whose_headers_are_missing(self) -> None:
        for headers in ((), ANSWERED[:3], (*ANSWERED[1:], "x-steploom-fuel: x")):
            with Fake(answer(1, "200 OK", *headers)) as fake, self.assertRaises(steploom.BadAnswer):
                client_of(fake).invoke("f")

    def test_an_answer_that_is_too_large_is_not_read(self) -> None:
        chunks = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + b"5\r\n[1,2,\r\n" * 100
        # The body that is announced never comes: nobody waits for it.
        announced = b"HTTP/1.1 200 OK\r\ncontent-length: 101\r\n\r\n"
        for says in (announced, answer([0] * 1000), lambda asked, sock: sock.sendall(chunks)):
            with Fake(says) as fake, self.assertRaises(steploom.BadAnswer) as raised:
                client_of(fake, answer_bytes_max=100).api.list_machines()
            self.assertIn("more than 100 bytes", str(raised.exception))

    def test_a_server_that_says_nothing_is_given_up(self) -> None:
        over = threading.Event()
        with Fake(lambda asked, sock: over.wait(30) and None) as fake:
            with self.assertRaises(steploom.TimedOut) as raised:
                client_of(fake, timeout_s=0.05, retry=Retry(attempts_max=1)).api.list_machines()
            over.set()
        self.assertIsInstance(raised.exception, TimeoutError)

    def test_a_server_that_trickles_is_given_up(self) -> None:
        over = threading.Event()

        def trickle(first: bytes, more: bytes) -> Any:
            def says(asked: Asked, sock: socket.socket) -> None:
                sock.sendall(first)
                while not over.wait(0.01):
                    sock.sendall(more)

            return says

        head = b"HTTP/1.1 200 OK\r\n"
        for says in (trickle(head, b"a"), trickle(head + b"content-length: 99999\r\n\r\n", b" ")):
            over.clear()
            with Fake(says) as fake:
                # It says something all the time, so that no single read is ever late.
                with self.assertRaises(steploom.TimedOut):
                    client_of(fake, timeout_s=0.3, retry=Retry(attempts_max=1)).api.list_machines()
                over.set()

    def test_a_refusal_before_the_body_is_sent_is_heard(self) -> None:
        class Deaf(Fake):
            drains = True

            def _serve(self, sock: socket.socket, connection: int) -> None:
                # Reads a part of the head, answers, and throws away what else comes, or resets the connection.
                sock.recv(100)
                sock.sendall(problem(413, "BodyTooLarge", "connection: close"))
                sock.shutdown(socket.SHUT_WR)
                while self.drains and sock.recv(65536):
                    pass
                sock.close()

        for drains in (True, False):
            Deaf.drains = drains
            with Deaf() as fake, self.assertRaises(steploom.Invalid) as raised:
                client_of(fake).api.put_object("b", "k", b"x" * 8_000_000)
            self.assertEqual((raised.exception.status, raised.exception.code), (413, "BodyTooLarge"))


class Connections(unittest.TestCase):
    def test_one_is_used_again(self) -> None:
        with Fake(*[answer({"items": []})] * 3) as fake:
            client = client_of(fake)
            for _ in range(3):
                client.api.list_machines()
            client.close()
        self.assertEqual([asked.connection for asked in fake.asked], [0, 0, 0])

    def test_one_that_was_closed_meanwhile_is_not(self) -> None:
        closed = threading.Event()

        def say_and_close(asked: Asked, sock: socket.socket) -> None:
            sock.sendall(answer(1, "200 OK", *ANSWERED))
            sock.shutdown(socket.SHUT_RDWR)
            closed.set()

        # An invocation is never repeated, and yet does not meet a connection that is dead.
        with Fake(say_and_close, answer(2, "200 OK", *ANSWERED)) as fake:
            client = client_of(fake)
            client.invoke("f")
            closed.wait(10)
            self.assertEqual(client.invoke("f").result, 2)
        self.assertEqual([asked.connection for asked in fake.asked], [0, 1])

    def test_one_that_was_idle_for_long_is_not(self) -> None:
        with Fake(*[answer({"items": []})] * 2) as fake:
            client = client_of(fake)
            client.api.list_machines()
            later = time.monotonic() + 21
            with mock.patch("steploom.transport.time.monotonic", lambda: later):
                (origin,) = client._caller.transport._idle  # type: ignore[attr-defined]
                self.assertIsNone(client._caller.transport._take(origin))  # type: ignore[attr-defined]

    def test_threads_have_their_own(self) -> None:
        both = threading.Barrier(2)

        def meet(asked: Asked, sock: socket.socket) -> None:
            both.wait(10)
            sock.sendall(answer({"items": []}))

        with Fake(meet, meet) as fake:
            client = client_of(fake)
            threads = [threading.Thread(target=client.api.list_machines) for _ in range(2)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(10)
        self.assertEqual({asked.connection for asked in fake.asked}, {0, 1})

    def test_a_transport_of_the_callers_own(self) -> None:
        sent: List[Any] = []

        class Reply:
            def __init__(self) -> None:
                self.status = 200
                self.headers: Dict[str, str] = {}
                self.pieces = [b'{"items"', b": []}", b""]

            def read(self) -> bytes:
                return self.pieces.pop(0)

            def close(self) -> None:
                sent.append("closed")

        class Recorder:
            def send(self, method: str, url: str, headers: Any, body: Any, *, deadline: Any, silence_s: float) -> Reply:
                sent.append((method, url, headers["Authorization"], body))
                return Reply()

            def close(self) -> None:
                sent.append("end")

        with Client("https://steploom.test/prefix/", "token", transport=Recorder()) as client:
            client.api.list_functions(limit=3)
        first = ("GET", "https://steploom.test/prefix/v1/functions?limit=3", "Bearer token", None)
        self.assertEqual(sent, [first, "end"])


class Making(unittest.TestCase):
    def test_endpoints(self) -> None:
        for given, shown in (
            ("http://127.0.0.1:8470", "http://127.0.0.1:8470"),
            ("http://127.0.0.1:8470/", "http://127.0.0.1:8470"),
            ("https://steploom.test/a/", "https://steploom.test/a"),
            ("http://[::1]:80", "http://[::1]:80"),
        ):
            self.assertEqual(Client(given).endpoint, shown)
        for wrong in (
            "",
            "127.0.0.1:8470",
            "localhost",
            "ftp://localhost",
            "http://",
            "http://a b",
            "http://a\r\nb",
            "http://é",
            "http://localhost/?a=b",
            "http://localhost/?",
            "http://localhost/#a",
            "http://u:p@localhost",
            "http://localhost:99999",
            "http://localhost:x",
            "http://localhost:0",
            "http://[::1",
            7,
        ):
            with self.subTest(wrong=wrong), self.assertRaises(steploom.Invalid) as raised:
                Client(wrong)  # type: ignore[arg-type]
            self.assertEqual(raised.exception.code, "InvalidEndpoint")
            self.assertIsInstance(raised.exception, ValueError)

    def test_arguments_go_before_the_environment(self) -> None:
        here = {"STEPLOOM_ENDPOINT": "http://127.0.0.1:1", "STEPLOOM_API_KEY": "from-there"}
        with mock.patch.dict(os.environ, here), Fake(*[answer({"items": []})] * 2) as fake:
            self.assertEqual(Client().endpoint, "http://127.0.0.1:1")
            Client(fake.url).api.list_keys()
            Client(fake.url, "given").api.list_keys()
        self.assertEqual([a.header("authorization") for a in fake.asked], ["Bearer from-there", "Bearer given"])
        with (
            mock.patch.dict(os.environ, {"STEPLOOM_ENDPOINT": "", "STEPLOOM_API_KEY": ""}),
            Fake(answer({})) as fake,
        ):
            self.assertEqual(Client().endpoint, "http://127.0.0.1:8080")
            Client(fake.url).api.list_keys()
        self.assertIsNone(fake.asked[0].header("authorization"))

    def test_what_cannot_be_sent(self) -> None:
        client = Client("http://127.0.0.1:1")
        for call, code in (
            (lambda: client.invoke("f", traceparent="a\r\nb"), "InvalidHeader"),
            (lambda: client.invoke("f", traceparent="\u00e9"), "InvalidHeader"),
            (lambda: client.api.put_object("b", "k", b"", "a\nb"), "InvalidHeader"),
            (lambda: client.api.put_object("b", "\ud800", b""), "InvalidName"),
            (lambda: client.api.list_functions(next="\ud800"), "InvalidQuery"),
        ):
            with self.assertRaises(steploom.Invalid) as raised:
                call()
            self.assertEqual(raised.exception.code, code)

    def test_keys_are_plain_and_never_shown(self) -> None:
        for wrong in ("a b", "a\r\nb", "é"):
            with self.assertRaises(steploom.Invalid) as raised:
                Client("http://localhost", wrong)
            self.assertNotIn(wrong, str(raised.exception))
        self.assertNotIn("secret", repr(Client("http://localhost", "secret")))


if __name__ == "__main__":
    unittest.main()
