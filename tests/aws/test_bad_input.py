"""Requests to Lambda, EventBridge Scheduler and S3 that no client of AWS would send, byte by byte (those to Step Functions:
`test_states_bad_input.py`). Whatever comes is refused in the service's own form, and never an error of the server."""

import base64
import json
import socket
import uuid
import xml.etree.ElementTree
import zlib
from urllib.parse import urlsplit

import pytest

from conftest import ACCOUNT, ENDPOINT, REGION, post

DEEP = "[" * 100_000 + "]" * 100_000
S3 = {"Authorization": f"AWS4-HMAC-SHA256 Credential=test/20260101/{REGION}/s3/aws4_request, SignedHeaders=host, Signature=0"}
JSON_SERVICES = {
    "lambda": ("/2015-03-31/functions", "application/json"),
    "scheduler": ("/schedules/any", "application/json"),
    "states": ("/", "application/x-amz-json-1.0"),
}
STREAM = {"content-encoding": "aws-chunked", "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER"}
CRC = base64.b64encode(zlib.crc32(b"hello").to_bytes(4, "big")).decode()


def send(service, body, path=None, method="POST"):
    """Sends bytes; gives status, the error's code, and the body as JSON."""
    usual, kind = JSON_SERVICES[service]
    target = "AWSStepFunctions.CreateStateMachine" if service == "states" else None
    status, headers, answer = post(body, target, kind=kind, path=path or usual, method=method)
    assert headers["content-type"].startswith("application/"), (headers["content-type"], answer[:200])
    assert headers["x-amzn-requestid"]
    return status, headers.get("x-amzn-errortype"), json.loads(answer)


def s3(method, path, body=b"", **headers):
    """Sends a request to S3; gives status, the error's code if it is one, and the body."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    status, _, answer = post(body, kind=named.pop("content-type", None), path=path, method=method, headers={**S3, **named})
    code = None
    if status >= 300 and answer:
        code = xml.etree.ElementTree.fromstring(answer).findtext("Code")
    return status, code, answer


@pytest.fixture
def bucket():
    name = "bad-" + uuid.uuid4().hex[:16]
    assert s3("PUT", f"/{name}")[0] == 200
    yield name
    for key in ("o", "u"):
        s3("DELETE", f"/{name}/{key}")
    assert s3("DELETE", f"/{name}")[0] == 204


@pytest.mark.parametrize("service", JSON_SERVICES)
@pytest.mark.parametrize(
    "body",
    [
        "{",
        "[]",
        "7",
        '"text"',
        "{}{}",
        '{"a": 1,}',
        '{"a": NaN}',
        '{"a": 1e999}',
        '{"a": "\\ud800"}',
        '{"a": "\x00"}',
        "\ufeff{}",
        "\x00",
        b"\xff\xfe{\x00}\x00",
        b'{"a": "\xc3\x28"}',
        DEEP,
        '{"a":' * 50_000 + "1" + "}" * 50_000,
    ],
)
def test_bodies_that_are_none(service, body):
    status, code, answer = send(service, body)
    assert (status, code) == (400, "SerializationException"), answer


@pytest.mark.parametrize("service", JSON_SERVICES)
def test_what_the_last_of_two_equal_members_says_holds(service):
    name = {"lambda": "FunctionName", "scheduler": "ScheduleExpression", "states": "name"}[service]
    status, code, answer = send(service, json.dumps({name: 7})[:-1] + f', "{name}": "x"}}')
    assert (status, code) == (400, "ValidationException"), answer
    status, code, answer = send(service, json.dumps({name: "x"})[:-1] + f', "{name}": 7}}')
    assert (status, code) == (400, "SerializationException"), answer


@pytest.mark.parametrize("number", ["1.5", "1e2", "99999999999999999999", "-0", "true", '"3"', "[]"])
def test_numbers_that_are_none(number):
    body = '{"FunctionName": "f", "Role": "%s", "Code": {}, "Timeout": %s}' % (f"arn:aws:iam::{ACCOUNT}:role/r", number)
    status, code, answer = send("lambda", body)
    assert (status, code) == (400, "SerializationException"), answer


@pytest.mark.parametrize("name", ["%00", "%2e%2e", "a%2Fb", "a%252Fb", "%FF", "%", "x" * 5_000, "%C3%BC", "a%0Ab", "arn%3Aaws%3Alambda"])
@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
def test_names_of_functions_that_are_none(name, method):
    path = f"/2015-03-31/functions/{name}" + ("/code" if method == "PUT" else "")
    status, code, answer = send("lambda", "", path=path, method=method)
    assert 400 <= status < 500 and code, answer


@pytest.mark.parametrize("name", ["%00", "%2e%2e", "a%252Fb", "x" * 5_000, "%C3%BC", "a%0Ab", "*", "%FF"])
def test_names_of_schedules_that_are_none(name):
    status, code, answer = send("scheduler", "", path=f"/schedules/{name}", method="GET")
    assert (status, code) == (400, "ValidationException"), answer


def test_members_that_are_unknown_are_not_kept():
    name = "bad-" + uuid.uuid4().hex[:16]
    target = {"Arn": f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:any", "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/r", "nope": 1}
    schedule = {"ScheduleExpression": "rate(1 day)", "State": "DISABLED", "FlexibleTimeWindow": {"Mode": "OFF", "": ""}, "Target": target}
    path = f"/schedules/{name}"
    assert send("scheduler", json.dumps(schedule), path=path)[0] == 200
    found = send("scheduler", "", path=path, method="GET")[2]
    assert found["FlexibleTimeWindow"] == {"Mode": "OFF"}
    assert "nope" not in found["Target"]
    assert send("scheduler", "", path=path, method="DELETE")[0] == 200


@pytest.mark.parametrize("service", ["lambda", "states"])
def test_more_values_than_there_is_memory_for(service):
    """Each takes some dozen times as much once it is parsed."""
    status, code, answer = send(service, b'{"a":[' + b"0," * (8 * 1024 * 1024) + b"0]}")
    assert 400 <= status < 500 and code, answer


@pytest.mark.parametrize("service", JSON_SERVICES)
@pytest.mark.parametrize(("headers", "status"), [(101, 431), (5_000, 431)])
def test_too_many_headers(service, headers, status):
    assert answered(service, "".join(f"x-{number}: y\r\n" for number in range(headers))) == status


@pytest.mark.parametrize("service", JSON_SERVICES)
@pytest.mark.parametrize("header", ["Content-Length: 3\r\n", "x-a: a\x00b\r\n", "x-a: b\r\n c\r\n", ": x\r\n", "x a: b\r\n"])
def test_heads_that_are_none(service, header):
    assert answered(service, header) == 400


def answered(service, headers):
    """The status of a request with these headers besides, written by hand."""
    url = urlsplit(ENDPOINT)
    path, kind = JSON_SERVICES[service]
    head = f"POST {path} HTTP/1.1\r\nHost: {url.netloc}\r\nContent-Type: {kind}\r\nContent-Length: 2\r\n{headers}\r\n"
    with socket.create_connection((url.hostname, url.port), timeout=30) as connection:
        connection.sendall(head.encode() + b"{}")
        return int(connection.recv(4_096).split()[1])


@pytest.mark.parametrize(
    ("key", "status"),
    [("%00", 200), ("..", 200), ("a//b", 200), ("%2E%2E%2Fx", 200), ("a%252Fb", 200), ("a%zz", 200), ("%F0%9F%98%80", 200), ("x" * 1_025, 400), ("%C3%28", 400)],
)
def test_keys_are_kept_as_they_are_or_refused(bucket, key, status):
    assert s3("PUT", f"/{bucket}/{key}", b"v")[0] == status
    if status == 200:
        assert s3("GET", f"/{bucket}/{key}")[::2] == (200, b"v")
        assert s3("DELETE", f"/{bucket}/{key}")[0] == 204


@pytest.mark.parametrize("name", ["ab", "a" * 64, "A-B", "a..b", "192.168.0.1", "-ab", "%00bk", "%C3%28", "..", "a%0Ab"])
def test_names_of_buckets_that_are_none(name):
    assert s3("PUT", f"/{name}")[:2] in [(400, "InvalidBucketName"), (400, "InvalidURI")]


def test_a_content_in_chunks(bucket):
    body = b"5\r\nhello\r\n0\r\nx-amz-checksum-crc32:" + CRC.encode() + b"\r\n\r\n"
    stream = {**STREAM, "x-amz-decoded-content-length": "5", "x-amz-trailer": "x-amz-checksum-crc32"}
    assert s3("PUT", f"/{bucket}/o", body, **stream)[0] == 200
    assert s3("GET", f"/{bucket}/o")[2] == b"hello"
    bad = [
        body.replace(CRC.encode(), b"AAAAAA=="),
        body.replace(b"crc32", b"sha1"),
        b"5\r\nhello\r\n0\r\n\r\n",
        b"5\r\nhello\r\n",
        b"5\r\nhel",
        b"",
        b"-5\r\nhello\r\n0\r\n\r\n",
        b"+5\r\nhello\r\n0\r\n\r\n",
        b"0x5\r\nhello\r\n0\r\n\r\n",
        b"ffffffffffffffffff\r\nhello\r\n0\r\n\r\n",
        b"7fffffffffffffff\r\nhello\r\n0\r\n\r\n",
        b"5\r\nhelloXX0\r\n\r\n",
        b"5\nhello\n0\n\n",
        b"5;" + b"x" * 100_000 + b"\r\nhello\r\n0\r\n\r\n",
        b"5" * 100_000,
        b"5\r\nhello\r\n0\r\n" + b"x-a:y\r\n" * 20_000 + b"\r\n",
        body + b"behind",
    ]
    for body in bad:
        status, code, answer = s3("PUT", f"/{bucket}/o", body, **stream)
        assert status == 400 and code, (body[:40], answer)
    for length in ("4", "6", "-5", "x", "9" * 30):
        assert s3("PUT", f"/{bucket}/o", b"5\r\nhello\r\n0\r\n\r\n", **{**stream, "x-amz-decoded-content-length": length})[0] == 400
    assert s3("GET", f"/{bucket}/o")[2] == b"hello", "what is refused changes nothing"


def delete_of(*keys):
    return "<Delete>" + "".join(f"<Object><Key>{key}</Key></Object>" for key in keys) + "</Delete>"


@pytest.mark.parametrize(
    "body",
    [
        "{}",
        "<Delete/>",
        "<a>" * 100_000,
        '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + delete_of("&a;"),
        '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "' + "a" * 1_000 + '">]>' + delete_of("&a;" * 1_000),
        delete_of("&#0;"),
        delete_of("&#xD800;"),
        delete_of(*range(1_001)),
        b"<Delete><Object><Key>\xff</Key></Object></Delete>",
    ],
)
def test_xml_that_is_none(bucket, body):
    assert s3("POST", f"/{bucket}?delete", body)[:2] == (400, "MalformedXML")


@pytest.mark.parametrize(("header", "value"), [("content-md5", "x"), ("x-amz-checksum-crc32", "AAAAAA=="), ("x-amz-content-sha256", "0" * 64)])
def test_digests_that_are_wrong(bucket, header, value):
    assert s3("PUT", f"/{bucket}/o", b"body", **{header: value})[0] == 400
    assert s3("GET", f"/{bucket}/o")[:2] == (404, "NoSuchKey")


@pytest.mark.parametrize("source", ["x", "/", "bkt/%C3%28", "%00", "no-such-bucket-here/o"])
def test_sources_of_copies_that_are_none(bucket, source):
    assert s3("PUT", f"/{bucket}/o", **{"x-amz-copy-source": source})[:2] in [(400, "InvalidArgument"), (404, "NoSuchBucket")]


def test_uploads_that_are_none(bucket):
    for upload in ("x", "%00", "x" * 5_000, "..", "%C3%28"):
        assert s3("PUT", f"/{bucket}/u?partNumber=1&uploadId={upload}", b"x")[:2] == (404, "NoSuchUpload")
        assert s3("DELETE", f"/{bucket}/u?uploadId={upload}")[:2] == (404, "NoSuchUpload")
    for number in ("0", "-1", "10001", "a", "99999999999"):
        status, code, answer = s3("PUT", f"/{bucket}/u?partNumber={number}&uploadId=x", b"x")
        assert 400 <= status < 500 and code, answer
