"""Holds every answer against botocore's model of the service: boto3 itself forgives what is missing or too much.

A client made by `conftest.client` has this on each call. What it checks of an answer: that it is JSON in the protocol's
content type, that it has a request id, every required member and none that the model does not know, that times are numbers
and enumerated words are of the list. Of an error: that the model gives it to this operation, or that any operation may have it.
"""

import json

# Errors that any operation may answer with, whatever its model lists.
COMMON_ERRORS = {
    "AccessDeniedException",
    "IncompleteSignature",
    "InternalFailure",
    "InvalidSignatureException",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "NotImplemented",
    "RequestEntityTooLargeException",
    "RequestExpired",
    "SerializationException",
    "ServiceUnavailable",
    "ThrottlingException",
    "UnknownOperationException",
    "UnrecognizedClientException",
    "ValidationException",
}

# Required members that AWS leaves out: of a function whose code is not signed.
LEFT_OUT = {
    ("GetFunctionCodeSigningConfigResponse", "CodeSigningConfigArn"),
    ("GetFunctionCodeSigningConfigResponse", "FunctionName"),
}


class ShapeError(AssertionError):
    """An answer that the service's model does not allow."""


def watch(client):
    """Checks every answer that the client gets; gives the client."""
    service = client.meta.service_model.service_name
    protocol = client.meta.service_model.metadata["protocol"]
    if protocol in ("json", "rest-json"):
        client.meta.events.register(f"after-call.{service}", _check)
    return client


def _check(http_response, parsed, model, **_):
    if http_response.status_code >= 300:
        _check_error(http_response, parsed, model)
        return
    where = model.name
    # Models of REST services may name a version of JSON; it is not in their answers.
    version = model.metadata.get("jsonVersion") if model.metadata.get("protocol") == "json" else None
    kind = http_response.headers.get("content-type", "")
    shape = model.output_shape
    has_stream = shape is not None and ("payload" in shape.serialization)
    if version is not None and kind != f"application/x-amz-json-{version}":
        raise ShapeError(f"{where}: the content type is {kind!r}")
    if not http_response.headers.get("x-amzn-requestid"):
        raise ShapeError(f"{where}: there is no x-amzn-RequestId")
    if has_stream or (shape is None and version is None):
        return
    body = json.loads(http_response.content) if http_response.content else {}
    if shape is not None:
        check(shape, body, where)
    elif body != {}:
        raise ShapeError(f"{where}: the answer should be empty: {body!r:.200}")


def check(shape, value, where):
    """Raises ShapeError where the JSON value is not of the shape."""
    kind = shape.type_name
    if kind == "structure":
        _is(isinstance(value, dict), where, "an object", value)
        members = _body_members(shape)
        for name in value:
            if name not in members:
                raise ShapeError(f"{where}: the model has no member {name!r}: {value[name]!r:.100}")
        for name in shape.required_members:
            if (shape.name, name) in LEFT_OUT:
                continue
            if shape.members[name].serialization.get("location") is None:
                wire = shape.members[name].serialization.get("name", name)
                _is(value.get(wire) is not None, f"{where}.{wire}", "there", value)
        for name, inner in value.items():
            _is(inner is not None, f"{where}.{name}", "left out rather than null", inner)
            check(members[name], inner, f"{where}.{name}")
    elif kind == "list":
        _is(isinstance(value, list), where, "a list", value)
        for index, inner in enumerate(value):
            check(shape.member, inner, f"{where}[{index}]")
    elif kind == "map":
        _is(isinstance(value, dict), where, "an object", value)
        for name, inner in value.items():
            check(shape.value, inner, f"{where}.{name}")
    elif kind in ("integer", "long"):
        _is(isinstance(value, int) and not isinstance(value, bool), where, "a whole number", value)
    elif kind in ("float", "double"):
        _is(isinstance(value, (int, float)) and not isinstance(value, bool), where, "a number", value)
    elif kind == "timestamp":
        is_text = shape.serialization.get("timestampFormat") == "iso8601"
        fits = isinstance(value, str) if is_text else isinstance(value, (int, float))
        _is(fits and not isinstance(value, bool), where, "a time", value)
    elif kind == "boolean":
        _is(isinstance(value, bool), where, "true or false", value)
    elif kind == "string":
        _is(isinstance(value, str), where, "a text", value)
        words = getattr(shape, "enum", [])
        _is(not words or value in words, where, f"one of {words}", value)


def _body_members(shape):
    """Members by the names that they have in the body."""
    inside = ((name, member) for name, member in shape.members.items() if "location" not in member.serialization)
    return {member.serialization.get("name", name): member for name, member in inside}


def _is(fits, where, what, value):
    if not fits:
        raise ShapeError(f"{where}: expected {what}, got {value!r:.200}")


def _check_error(http_response, parsed, model):
    error = parsed.get("Error", {})
    code = error.get("Code")
    known = {shape.error_code for shape in model.error_shapes} | {shape.name for shape in model.error_shapes}
    if code not in known | COMMON_ERRORS:
        raise ShapeError(f"{model.name}: the model has no error {code!r} for it: {http_response.content!r:.300}")
    if not error.get("Message"):
        raise ShapeError(f"{model.name}: the error has no message: {http_response.content!r:.300}")
    if http_response.status_code >= 500:
        raise ShapeError(f"{model.name}: status {http_response.status_code}: {http_response.content!r:.300}")
