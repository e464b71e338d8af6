"""Addresses of functions on AWS Lambda's wire: made, changed, deleted, and what answers there."""

import base64
import json
import re
import urllib.error
import urllib.request

import pytest

from conftest import client, refused
from functions import ARN, constant, lam, make, module, name  # noqa: F401 - some are fixtures

GONE = "The resource you requested does not exist."


def ask(url, method="GET", body=None, **headers):
    """Status, headers and body of an answer."""
    headers = {key.replace("_", "-"): value for key, value in headers.items()}
    request = urllib.request.Request(url, data=body, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


@pytest.fixture
def url(lam, make, name):
    """Makes a function with an address; gives the address."""

    def address(behaviour=None, **parameters):
        make(behaviour)
        parameters.setdefault("AuthType", "NONE")
        return lam.create_function_url_config(FunctionName=name, **parameters)["FunctionUrl"]

    return address


def test_addresses_are_made_changed_shown_listed_and_deleted(lam, make, name):
    make(Publish=True)
    lam.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    made = lam.create_function_url_config(FunctionName=name, AuthType="NONE")
    assert re.fullmatch(r"http://[^/]+/url/[0-9a-f]{32}/", made["FunctionUrl"])
    assert (made["FunctionArn"], made["AuthType"]) == (ARN + name, "NONE")
    with refused(
        "ResourceConflictException",
        f"Failed to create function url config for [functionArn = {ARN}{name}]. Error message:  FunctionUrlConfig exists for this Lambda function",
    ):
        lam.create_function_url_config(FunctionName=name, AuthType="NONE")
    cors = {"AllowOrigins": ["https://a.example"], "MaxAge": 60}
    changed = lam.update_function_url_config(FunctionName=name, AuthType="AWS_IAM", Cors=cors)
    assert (changed["FunctionUrl"], changed["AuthType"], changed["Cors"]) == (made["FunctionUrl"], "AWS_IAM", cors)
    assert lam.update_function_url_config(FunctionName=name, InvokeMode="BUFFERED")["Cors"] == cors
    other = lam.create_function_url_config(FunctionName=name, Qualifier="live", AuthType="NONE")
    assert other["FunctionArn"] == f"{ARN}{name}:live"
    assert other["FunctionUrl"] != made["FunctionUrl"]
    shown = lam.get_function_url_config(FunctionName=f"{name}:live")
    assert (shown["FunctionUrl"], shown["InvokeMode"]) == (other["FunctionUrl"], "BUFFERED")
    pages = lam.get_paginator("list_function_url_configs").paginate(FunctionName=name, PaginationConfig={"PageSize": 1})
    listed = [config["FunctionUrl"] for page in pages for config in page["FunctionUrlConfigs"]]
    assert listed == [made["FunctionUrl"], other["FunctionUrl"]]
    lam.delete_function_url_config(FunctionName=name)
    for operation in (lam.get_function_url_config, lam.delete_function_url_config):
        with refused("ResourceNotFoundException", GONE):
            operation(FunctionName=name)
    assert ask(made["FunctionUrl"])[0] == 404
    assert ask(other["FunctionUrl"])[0] == 200
    lam.delete_alias(FunctionName=name, Name="live")
    assert ask(other["FunctionUrl"])[0] == 404


def test_bad_addresses_are_refused(lam, make, name):
    make(Publish=True)
    bad_qualifier = "...at 'qualifier' failed to satisfy constraint: Member must satisfy regular expression pattern: ((?!^\\d+$)^[0-9a-zA-Z-_]+$)"
    refusals = [
        ({}, "ValidationException", "...at 'authType' failed..."),
        ({"AuthType": "SOME"}, "ValidationException", "...Value 'SOME' at 'authType' failed..."),
        ({"AuthType": "NONE", "Qualifier": "1"}, "ValidationException", bad_qualifier),
        ({"AuthType": "NONE", "Qualifier": "$LATEST"}, "ValidationException", bad_qualifier),
        ({"AuthType": "NONE", "Qualifier": "not"}, "ResourceNotFoundException", "Function does not exist"),
        ({"AuthType": "NONE", "FunctionName": f"{name}-not"}, "ResourceNotFoundException", "Function does not exist"),
        ({"AuthType": "NONE", "InvokeMode": "RESPONSE_STREAM"}, "InvalidParameterValueException", "RESPONSE_STREAM is not supported..."),
        ({"AuthType": "NONE", "Cors": {"MaxAge": 86401}}, "ValidationException", "...'cors.maxAge'..."),
    ]
    for parameters, code, message in refusals:
        with refused(code, message):
            lam.create_function_url_config(**{"FunctionName": name, **parameters})
    with refused("ResourceNotFoundException", GONE):
        lam.update_function_url_config(FunctionName=name, AuthType="NONE")
    with refused("ResourceNotFoundException", "Function does not exist"):
        lam.list_function_url_configs(FunctionName=f"{name}-not")


def test_a_request_is_an_event(url):
    address = url()
    status, headers, body = ask(
        f"{address}a%20b?x=1&x=2", "POST", b'{"n": 1}', Content_Type="application/json", Cookie="a=1; b=2", X_Own="own"
    )
    assert (status, headers["content-type"]) == (200, "application/json")
    event = json.loads(body)
    assert (event["version"], event["routeKey"], event["rawPath"]) == ("2.0", "$default", "/a%20b")
    assert (event["rawQueryString"], event["queryStringParameters"]) == ("x=1&x=2", {"x": "1,2"})
    assert event["cookies"] == ["a=1", "b=2"]
    assert event["headers"]["x-own"] == "own"
    assert (event["body"], event["isBase64Encoded"]) == ('{"n": 1}', False)
    context = event["requestContext"]
    assert (context["http"]["method"], context["http"]["sourceIp"]) == ("POST", "127.0.0.1")
    assert context["domainPrefix"] in address
    binary = json.loads(ask(address, "PUT", b"\xff\x00", Content_Type="image/png")[2])
    assert (base64.b64decode(binary["body"]), binary["isBase64Encoded"]) == (b"\xff\x00", True)
    assert "body" not in json.loads(ask(address.rstrip("/"), "DELETE")[2])


def test_an_answer_is_what_the_function_says(lam, url, name):
    whole = {
        "statusCode": 201,
        "headers": {"Content-Type": "text/plain", "X-Own": "own"},
        "cookies": ["a=1", "b=2"],
        "body": base64.b64encode(b"\x00hi").decode(),
        "isBase64Encoded": True,
    }
    address = url({"behaviour": "constant", "value": whole})
    status, headers, body = ask(address)
    assert (status, headers["content-type"], headers["x-own"], body) == (201, "text/plain", "own", b"\x00hi")
    assert headers.get_all("set-cookie") == ["a=1", "b=2"]
    assert ask(address, "HEAD")[0] == 201
    for said, status, body in (
        ("text", 200, b'"text"'),
        ({"statusCode": 204}, 204, b""),
        ({"statusCode": 99}, 502, b'{"Message":"Internal Server Error"}'),
        ({"statusCode": 200, "headers": {"a b": "c"}}, 502, b'{"Message":"Internal Server Error"}'),
        ({"statusCode": 200, "headers": {"a": "b\r\nc: d"}}, 502, b'{"Message":"Internal Server Error"}'),
    ):
        lam.update_function_configuration(FunctionName=name, Environment=constant(said))
        found = ask(address)
        assert (found[0], found[2]) == (status, body), said


def test_a_function_that_fails_is_a_bad_gateway(url):
    status, _, body = ask(url({"behaviour": "fail", "errorType": "Custom", "errorMessage": "a secret"}))
    assert (status, body) == (502, b'{"Message":"Internal Server Error"}')


def test_an_alias_answers_at_its_own_address(lam, make, name):
    make(Environment=constant("one"), Publish=True)
    lam.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    lam.update_function_configuration(FunctionName=name, Environment=constant("two"))
    newest = lam.create_function_url_config(FunctionName=name, AuthType="NONE")["FunctionUrl"]
    live = lam.create_function_url_config(FunctionName=name, Qualifier="live", AuthType="NONE")["FunctionUrl"]
    assert (ask(newest)[2], ask(live)[2]) == (b'"two"', b'"one"')


def test_a_host_names_the_address(url):
    address = url()
    id = address.rstrip("/").rsplit("/", 1)[1]
    endpoint = address.split("/url/")[0]
    status, _, body = ask(f"{endpoint}/url/x", Host=f"{id}.lambda-url.us-east-1.localhost:8080")
    assert (status, json.loads(body)["rawPath"]) == (200, "/url/x")
    # Below a path, a page is at the API's host, and must not be trusted as one of its own.
    assert ask(address)[1]["content-security-policy"].startswith("sandbox ")
    assert ask(f"{endpoint}/", Host="none.lambda-url.us-east-1.localhost")[0] == 404
    assert ask(f"{endpoint}/url/{'0' * 32}/")[0] == 404


def test_pages_of_other_origins_are_told_what_they_may(url):
    address = url(Cors={"AllowOrigins": ["https://a.example"], "AllowMethods": ["PUT"], "ExposeHeaders": ["x-own"]})
    asks = {"Origin": "https://a.example", "Access_Control_Request_Method": "PUT"}
    status, headers, _ = ask(address, "OPTIONS", **asks)
    assert (status, headers["access-control-allow-methods"]) == (200, "PUT")
    assert headers["access-control-allow-origin"] == "https://a.example"
    answer = ask(address, Origin="https://a.example")[1]
    assert answer["access-control-allow-origin"] == "https://a.example"
    assert answer["access-control-expose-headers"] == "x-own"
    other = ask(address, Origin="https://b.example")
    assert (other[0], other[1]["access-control-allow-origin"]) == (200, None)


def test_who_may_not_invoke_is_not_let_in(lam, url, name):
    address = url(AuthType="AWS_IAM")
    # Without keys, everybody of this host is the account; a page of another origin is not.
    event = json.loads(ask(address)[2])
    assert event["requestContext"]["accountId"] == event["requestContext"]["authorizer"]["iam"]["accountId"]
    status, _, body = ask(address, Origin="https://a.example")
    assert (status, body) == (403, b'{"Message":"Forbidden"}')


def test_a_function_runs_as_often_as_was_reserved(lam, url, name):
    address = url()
    lam.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    status, _, body = ask(address)
    assert (status, body) == (429, b'{"Message":"Too Many Requests"}')
    with refused("TooManyRequestsException", "Rate Exceeded.") as error:
        lam.invoke(FunctionName=name)
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 429
    lam.delete_function_concurrency(FunctionName=name)
    assert ask(address)[0] == 200
