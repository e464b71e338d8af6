"""Writes botocore.json: requests that AWS's own client signed, for the tests of sigv4.

    python3 gateway/auth/vectors/make.py > gateway/auth/vectors/botocore.json
"""
import datetime
import json
import random
from urllib.parse import quote

import botocore
import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

KEY = Credentials("STPL1234567890ABCDEF", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
AT = datetime.datetime(2015, 8, 30, 12, 36, 0, tzinfo=datetime.timezone.utc)

# The signers read the clock in different places, by version.
for place in ("get_current_datetime",):
    if hasattr(botocore.auth, place):
        setattr(botocore.auth, place, lambda remove_tzinfo=True: AT.replace(tzinfo=None) if remove_tzinfo else AT)

chance = random.Random(7)
LETTERS = "abcXYZ019-._~!*'();:@&=+$,/?#[]% \"<>\\^`{|}\u00e9\u1234\U0001f600"


def text(most):
    return "".join(chance.choice(LETTERS) for _ in range(chance.randint(0, most)))


def path(service):
    kind = chance.randint(0, 4)
    if kind == 0:
        return "/"
    segments = [text(8) for _ in range(chance.randint(1, 4))]
    if kind == 1:
        segments.append("")
    if kind == 2:
        segments.insert(0, chance.choice([".", "..", ""]))
    return "/" + "/".join(quote(s, safe="~") for s in segments)


def query():
    return "&".join(
        quote(text(5), safe="~") + chance.choice(["=", ""]) if chance.random() < 0.2
        else quote(text(5), safe="~") + "=" + quote(text(9), safe="~")
        for _ in range(chance.randint(0, 4))
    )


def one():
    service = chance.choice(["states", "lambda", "s3", "scheduler"])
    form = chance.choice(["header", "header", "query"])
    method = chance.choice(["GET", "PUT", "POST", "DELETE"])
    parameters = query()
    # A name alone is signed as name=, which AWS's client does not do for whole URLs.
    parameters = "&".join(p if "=" in p else p + "=" for p in parameters.split("&") if p)
    url = "https://" + chance.choice(["localhost:8080", "example.amazonaws.com"]) + path(service)
    if parameters:
        url += "?" + parameters
    body = text(40) if method in ("PUT", "POST") and form == "header" else ""
    headers = {}
    if chance.random() < 0.5:
        headers["X-Amz-Target"] = "AWSStepFunctions." + chance.choice(["ListStateMachines", "StartExecution"])
    if chance.random() < 0.3:
        headers["X-Custom"] = "  a   b\tc  "
    if chance.random() < 0.5 and body:
        headers["Content-Type"] = "application/x-amz-json-1.0"
    request = AWSRequest(method=method, url=url, data=body.encode(), headers=headers)
    if form == "query":
        signer = botocore.auth.S3SigV4QueryAuth if service == "s3" else botocore.auth.SigV4QueryAuth
        signer(KEY, service, "eu-west-1", expires=3600).add_auth(request)
    else:
        signer = botocore.auth.S3SigV4Auth if service == "s3" else botocore.auth.SigV4Auth
        request.context["payload_signing_enabled"] = service != "s3" or chance.random() < 0.5
        request.context["client_config"] = None
        signer(KEY, service, "eu-west-1").add_auth(request)
    rest = request.url.split("://", 1)[1]
    host, slash, target = rest.partition("/")
    return {
        "method": method,
        "target": slash + target,
        "headers": [["host", host]] + [[k, v] for k, v in request.headers.items()],
        "body": body,
    }


if __name__ == "__main__":
    made = [one() for _ in range(300)]
    print(json.dumps({"botocore": botocore.__version__, "requests": made}, indent=None, separators=(",", ":")).replace('{"method"', '\n{"method"'))
