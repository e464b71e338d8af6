"""Functions on AWS Lambda's wire: made of zips, changed, invoked, published, given aliases, deleted."""

import base64
import hashlib
import json
import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from conftest import ACCOUNT, client, ended, refused
from functions import ARN, ROLE, constant, lam, make, module, name, payload, script, zipped, zipped_files  # noqa: F401 - some are fixtures

def test_a_function_is_made_shown_and_deleted(lam, make, module, name):
    package = zipped(module)
    made = make(Code={"ZipFile": package}, Timeout=7, MemorySize=256, Description="a test")
    assert made["FunctionName"] == name
    assert made["FunctionArn"] == ARN + name
    assert made["CodeSha256"] == base64.b64encode(hashlib.sha256(package).digest()).decode()
    assert made["CodeSize"] == len(package)
    assert (made["Timeout"], made["MemorySize"], made["Description"]) == (7, 256, "a test")
    assert (made["Role"], made["Runtime"], made["Handler"]) == (ROLE, "provided.al2023", "bootstrap")
    assert (made["State"], made["Version"], made["PackageType"]) == ("Active", "$LATEST", "Zip")
    lam.get_waiter("function_active_v2").wait(FunctionName=name)
    lam.get_waiter("function_updated_v2").wait(FunctionName=name)
    shown = lam.get_function(FunctionName=ARN + name)
    assert shown["Configuration"]["RevisionId"] == made["RevisionId"]
    assert shown["Configuration"]["Environment"] == script({"behaviour": "echo"})
    for text in (name, f"{ACCOUNT}:function:{name}", f"{name}:$LATEST"):
        assert lam.get_function_configuration(FunctionName=text)["FunctionName"] == name
    with refused("ResourceConflictException", f"Function already exist: {name}"):
        make()
    lam.delete_function(FunctionName=name)
    with refused("ResourceNotFoundException", f"Function not found: {ARN}{name}") as error:
        lam.get_function(FunctionName=name)
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    assert error.response["Type"] == "User"
    with refused("ResourceNotFoundException"):
        lam.delete_function(FunctionName=name)


def test_functions_are_listed_by_pages(lam, make, name):
    names = [f"{name}-{number}" for number in range(3)]
    for called in names:
        make(FunctionName=called)
    pages = list(lam.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 1}))
    assert all(len(page["Functions"]) <= 1 for page in pages)
    listed = [one["FunctionName"] for page in pages for one in page["Functions"]]
    assert [one for one in listed if one in names] == names


def test_an_invocation_answers_what_the_function_answers(lam, make, name):
    make()
    answer = lam.invoke(FunctionName=name, Payload=json.dumps({"a": [1, "ü"]}))
    assert answer["StatusCode"] == 200
    assert answer["ExecutedVersion"] == "$LATEST"
    assert "FunctionError" not in answer
    assert payload(answer) == {"a": [1, "ü"]}
    assert payload(lam.invoke(FunctionName=ARN + name)) == {}


def test_a_failing_function_says_so_in_a_header(lam, make, name):
    make({"behaviour": "fail", "errorType": "Custom", "errorMessage": "no luck"})
    answer = lam.invoke(FunctionName=name, Payload="{}", LogType="Tail")
    assert answer["StatusCode"] == 200
    assert answer["FunctionError"] == "Unhandled"
    error = payload(answer)
    assert (error["errorMessage"], error["errorType"]) == ("no luck", "Custom")
    assert set(error) == {"errorMessage", "errorType", "requestId", "stackTrace"}, "the whole of the function's error"
    log = base64.b64decode(answer["LogResult"]).decode()
    assert "START RequestId: " in log and "REPORT RequestId: " in log


def test_a_timeout_ends_the_invocation(lam, make, name):
    make({"behaviour": "sleep", "seconds": 20, "then": {"behaviour": "echo"}}, Timeout=1)
    answer = lam.invoke(FunctionName=name, Payload="{}")
    assert answer["FunctionError"] == "Unhandled"
    assert payload(answer)["errorType"] == "Sandbox.Timedout"


def test_other_kinds_of_invocations(lam, make, name):
    make()
    dry = lam.invoke(FunctionName=name, InvocationType="DryRun", Payload="{}")
    assert dry["StatusCode"] == 204
    event = lam.invoke(FunctionName=name, InvocationType="Event", Payload="{}")
    assert event["StatusCode"] == 202
    with refused("ResourceNotFoundException", f"Function not found: {ARN}{name}-not"):
        lam.invoke(FunctionName=f"{name}-not", InvocationType="Event", Payload="{}")


def test_bad_events_are_refused(lam, make, name):
    make()
    with refused("InvalidRequestContentException", "Could not parse request body into json: ..."):
        lam.invoke(FunctionName=name, Payload="{")
    with refused("RequestTooLargeException") as error:
        lam.invoke(FunctionName=name, Payload=json.dumps("x" * (6 * 1024 * 1024)))
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 413
    with refused("ResourceNotFoundException", f"Function not found: {ARN}{name}-not"):
        lam.invoke(FunctionName=f"{name}-not", Payload="{}")


def test_code_and_configuration_change_apart(lam, make, module, name):
    first = make(Environment=constant("one"))
    second = lam.update_function_configuration(FunctionName=name, Environment=constant("two"), Timeout=9)
    assert second["CodeSha256"] == first["CodeSha256"]
    assert second["RevisionId"] != first["RevisionId"]
    assert (second["Timeout"], second["Role"]) == (9, ROLE)
    assert payload(lam.invoke(FunctionName=name)) == "two"
    package = zipped(module, "other.wasm")
    third = lam.update_function_code(FunctionName=name, ZipFile=package)
    assert third["CodeSha256"] != first["CodeSha256"]
    assert third["Timeout"] == 9
    assert payload(lam.invoke(FunctionName=name)) == "two"
    with refused("PreconditionFailedException"):
        lam.update_function_configuration(FunctionName=name, Timeout=8, RevisionId=first["RevisionId"])
    with refused("ResourceNotFoundException", f"Function not found: {ARN}{name}-not"):
        lam.update_function_configuration(FunctionName=f"{name}-not", Timeout=8)


def test_bad_functions_are_refused(lam, make, module, name):
    refusals = [
        ({"Code": {"ZipFile": b"no zip"}}, "InvalidParameterValueException", "Could not unzip uploaded file. ..."),
        ({"Code": {"ZipFile": zipped(b"", "a.py")}}, "InvalidParameterValueException", "the zip has no WebAssembly module ..."),
        ({"Code": {"ZipFile": zipped(b"not wasm")}}, "InvalidParameterValueException", None),
        ({"Code": {"S3Bucket": "there-is-none", "S3Key": "k"}}, "InvalidParameterValueException", "...NoSuchBucket..."),
        ({"Timeout": 901}, "ValidationException", "...Value '901' at 'timeout' failed..."),
        ({"MemorySize": 1}, "ValidationException", "...Value '1' at 'memorySize' failed..."),
        ({"Layers": ["arn:aws:lambda:us-east-1:000000000000:layer:a:1"]}, "InvalidParameterValueException", "Layers is not supported..."),
        ({"Environment": {"Variables": {"AWS_REGION": "x"}}}, "InvalidParameterValueException", "...reserved keys..."),
        ({"FunctionName": "a b"}, "ValidationException", "...Value 'a b' at 'functionName' failed..."),
    ]
    for parameters, code, message in refusals:
        with refused(code, message):
            make(**parameters)


def test_versions_are_published_once(lam, make, name):
    make(Environment=constant("one"))
    first = lam.publish_version(FunctionName=name, Description="the first")
    assert (first["Version"], first["Description"]) == ("1", "the first")
    assert first["FunctionArn"] == f"{ARN}{name}:1"
    again = lam.publish_version(FunctionName=name, Description="another")
    assert (again["Version"], again["Description"]) == ("1", "the first")
    lam.update_function_configuration(FunctionName=name, Environment=constant("two"))
    assert lam.publish_version(FunctionName=name)["Version"] == "2"
    listed = lam.list_versions_by_function(FunctionName=name)["Versions"]
    assert [one["Version"] for one in listed] == ["$LATEST", "1", "2"]
    first_page = lam.list_versions_by_function(FunctionName=name, MaxItems=2)
    rest = lam.list_versions_by_function(FunctionName=name, Marker=first_page["NextMarker"])
    assert [one["Version"] for one in rest["Versions"]] == ["2"]
    ran = lam.invoke(FunctionName=name, Qualifier="1")
    assert (payload(ran), ran["ExecutedVersion"]) == ("one", "1")
    assert payload(lam.invoke(FunctionName=f"{name}:2")) == "two"
    assert lam.get_function(FunctionName=f"{ARN}{name}:1")["Configuration"]["Version"] == "1"
    with refused("ResourceNotFoundException", f"Function not found: {ARN}{name}:3"):
        lam.invoke(FunctionName=name, Qualifier="3")
    with refused("InvalidParameterValueException", "The derived qualifier from the function name does not match the specified qualifier."):
        lam.get_function(FunctionName=f"{name}:1", Qualifier="2")
    lam.delete_function(FunctionName=name, Qualifier="1")
    with refused("ResourceNotFoundException"):
        lam.get_function(FunctionName=name, Qualifier="1")
    assert payload(lam.invoke(FunctionName=name)) == "two"


def test_what_is_made_again_has_nothing_of_before(lam, make, name):
    make(Publish=True, Tags={"a": "b"})
    lam.delete_function(FunctionName=name)
    made = make()
    assert made["Version"] == "$LATEST"
    assert "Tags" not in lam.get_function(FunctionName=name)
    assert len(lam.list_versions_by_function(FunctionName=name)["Versions"]) == 1
    assert lam.publish_version(FunctionName=name)["Version"] == "1"


def test_an_alias_stands_for_a_version_or_for_two(lam, make, name):
    assert make(Environment=constant("one"), Publish=True)["Version"] == "1"
    lam.update_function_configuration(FunctionName=name, Environment=constant("two"))
    lam.publish_version(FunctionName=name)
    made = lam.create_alias(FunctionName=name, Name="live", FunctionVersion="1", Description="what runs")
    assert made["AliasArn"] == f"{ARN}{name}:live"
    assert (made["FunctionVersion"], made["Description"]) == ("1", "what runs")
    with refused("ResourceConflictException", f"Alias already exists: {ARN}{name}:live"):
        lam.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    ran = lam.invoke(FunctionName=name, Qualifier="live")
    assert (payload(ran), ran["ExecutedVersion"]) == ("one", "1")
    routing = {"AdditionalVersionWeights": {"2": 0.5}}
    changed = lam.update_alias(FunctionName=name, Name="live", RoutingConfig=routing)
    assert (changed["RoutingConfig"], changed["FunctionVersion"]) == (routing, "1")
    assert changed["RevisionId"] != made["RevisionId"]
    answers = {payload(lam.invoke(FunctionName=f"{name}:live")) for _ in range(10)}
    assert answers == {"one", "two"}
    assert lam.get_function(FunctionName=name, Qualifier="live")["Configuration"]["Version"] == "1"
    with refused("ResourceConflictException"):
        lam.delete_function(FunctionName=name, Qualifier="2")
    with refused("PreconditionFailedException"):
        lam.update_alias(FunctionName=name, Name="live", FunctionVersion="2", RevisionId=made["RevisionId"])
    plain = lam.update_alias(FunctionName=name, Name="live", FunctionVersion="2", RoutingConfig={})
    assert "RoutingConfig" not in plain
    assert {payload(lam.invoke(FunctionName=f"{name}:live")) for _ in range(4)} == {"two"}
    lam.create_alias(FunctionName=name, Name="newest", FunctionVersion="$LATEST")
    assert [one["Name"] for one in lam.list_aliases(FunctionName=name)["Aliases"]] == ["live", "newest"]
    assert [one["Name"] for one in lam.list_aliases(FunctionName=name, FunctionVersion="2")["Aliases"]] == ["live"]
    lam.delete_alias(FunctionName=name, Name="live")
    lam.delete_alias(FunctionName=name, Name="live")
    with refused("ResourceNotFoundException", f"Cannot find alias arn: {ARN}{name}:live"):
        lam.get_alias(FunctionName=name, Name="live")


def test_a_machine_calls_a_function_by_its_alias(lam, make, name):
    make(Environment=constant("one"), Publish=True)
    lam.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    lam.update_function_configuration(FunctionName=name, Environment=constant("two"))
    states = {
        "StartAt": "Arn",
        "States": {
            "Arn": {"Type": "Task", "Resource": f"{ARN}{name}:live", "ResultPath": "$.arn", "Next": "Number"},
            "Number": {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": {"FunctionName": name, "Qualifier": "1"},
                "ResultSelector": {"payload.$": "$.Payload"},
                "ResultPath": "$.number",
                "Next": "Newest",
            },
            "Newest": {"Type": "Task", "Resource": f"{ARN}{name}", "ResultPath": "$.newest", "End": True},
        },
    }
    sfn = client("stepfunctions")
    machine = sfn.create_state_machine(name=name, definition=json.dumps(states), roleArn=ROLE)["stateMachineArn"]
    execution = ended(sfn, sfn.start_execution(stateMachineArn=machine, input="{}")["executionArn"])
    assert execution["status"] == "SUCCEEDED", execution
    assert json.loads(execution["output"]) == {"arn": "one", "number": {"payload": "one"}, "newest": "two"}
    sfn.delete_state_machine(stateMachineArn=machine)


def test_tags(lam, make, name):
    arn = make(Tags={"a": "1"})["FunctionArn"]
    assert lam.list_tags(Resource=arn)["Tags"] == {"a": "1"}
    lam.tag_resource(Resource=arn, Tags={"a": "2", "b": "3"})
    assert lam.get_function(FunctionName=name)["Tags"] == {"a": "2", "b": "3"}
    lam.untag_resource(Resource=arn, TagKeys=["a", "not there"])
    assert lam.list_tags(Resource=arn)["Tags"] == {"b": "3"}
    with refused("InvalidParameterValueException", "Number of tags exceeds resource tag limit."):
        lam.tag_resource(Resource=arn, Tags={f"k{number}": "v" for number in range(50)})
    with refused("InvalidParameterValueException", "Tags on function aliases and versions are not supported. ..."):
        lam.tag_resource(Resource=f"{arn}:live", Tags={"a": "1"})
    with refused("ResourceNotFoundException", f"Function not found: {ARN}{name}-not"):
        lam.list_tags(Resource=f"{ARN}{name}-not")


def test_concurrency_is_kept(lam, make, name):
    make()
    assert "ReservedConcurrentExecutions" not in lam.get_function_concurrency(FunctionName=name)
    lam.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=3)
    assert lam.get_function_concurrency(FunctionName=name)["ReservedConcurrentExecutions"] == 3
    assert lam.get_function(FunctionName=name)["Concurrency"] == {"ReservedConcurrentExecutions": 3}
    lam.delete_function_concurrency(FunctionName=name)
    assert "Concurrency" not in lam.get_function(FunctionName=name)
    lam.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    with refused("TooManyRequestsException"):
        lam.invoke(FunctionName=name)
    settings = lam.get_account_settings()
    assert settings["AccountUsage"]["FunctionCount"] >= 1


def test_permissions_are_kept(lam, make, name):
    make(Publish=True)
    with refused("ResourceNotFoundException", "The resource you requested does not exist."):
        lam.get_policy(FunctionName=name)
    added = lam.add_permission(
        FunctionName=name,
        StatementId="s3",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn="arn:aws:s3:::bucket",
    )
    statement = json.loads(added["Statement"])
    assert statement["Resource"] == ARN + name
    assert statement["Condition"] == {"ArnLike": {"AWS:SourceArn": "arn:aws:s3:::bucket"}}
    policy = lam.get_policy(FunctionName=name)
    assert json.loads(policy["Policy"])["Statement"] == [statement]
    with refused("ResourceConflictException", "The statement id (s3) provided already exists. ..."):
        lam.add_permission(FunctionName=name, StatementId="s3", Action="lambda:InvokeFunction", Principal="*")
    with refused("InvalidParameterValueException", "The provided principal was invalid. ..."):
        lam.add_permission(FunctionName=name, StatementId="a", Action="lambda:InvokeFunction", Principal="some.one")
    lam.add_permission(FunctionName=name, StatementId="s3", Action="lambda:InvokeFunction", Principal="*", Qualifier="1")
    lam.remove_permission(FunctionName=name, StatementId="s3")
    with refused("ResourceNotFoundException"):
        lam.get_policy(FunctionName=name)
    assert lam.get_policy(FunctionName=name, Qualifier="1")["RevisionId"]


def test_invocations_beyond_what_was_reserved_are_refused(lam, make, name):
    make({"behaviour": "sleep", "seconds": 20, "then": {"behaviour": "echo"}}, Timeout=2)
    lam.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
    with ThreadPoolExecutor(3) as pool:
        asked = [pool.submit(client("lambda").invoke, FunctionName=name) for _ in range(3)]
    refusals = [one.exception().response["Error"] for one in asked if one.exception()]
    assert [(error["Code"], error["Message"]) for error in refusals] == [("TooManyRequestsException", "Rate Exceeded.")] * 2


JAVASCRIPT = os.path.join(os.environ.get("STEPLOOM_RUNTIMES", ""), "javascript.wasm")


@pytest.mark.skipif(not os.path.exists(JAVASCRIPT), reason="STEPLOOM_RUNTIMES does not lead to javascript.wasm")
def test_a_program_in_javascript_is_made_changed_and_invoked(lam, name):
    first = b"import { greet } from './lib/greet.mjs'; export const handler = async (event) => greet(event.name);"
    greet = b"export const greet = (name) => ({ greeting: `${process.env.WORD}, ${name}!` });"
    made = lam.create_function(
        FunctionName=name,
        Role=ROLE,
        Runtime="nodejs22.x",
        Handler="index.handler",
        Environment={"Variables": {"WORD": "Hello"}},
        Code={"ZipFile": zipped_files({"index.mjs": first, "lib/greet.mjs": greet})},
    )
    try:
        assert (made["Runtime"], made["Handler"]) == ("nodejs22.x", "index.handler")
        event = json.dumps({"name": "Ada"})
        assert payload(lam.invoke(FunctionName=name, Payload=event)) == {"greeting": "Hello, Ada!"}
        lam.update_function_configuration(FunctionName=name, Environment={"Variables": {"WORD": "Hi"}})
        assert payload(lam.invoke(FunctionName=name, Payload=event)) == {"greeting": "Hi, Ada!"}
        second = b"exports.run = (event, context, callback) => callback(null, [event.name, context.functionName]);"
        lam.update_function_code(FunctionName=name, ZipFile=zipped_files({"app.cjs": second, "index.mjs": first, "lib/greet.mjs": greet}))
        lam.update_function_configuration(FunctionName=name, Handler="app.run")
        assert payload(lam.invoke(FunctionName=name, Payload=event)) == ["Ada", name]
        with refused("InvalidParameterValueException", "no file in JavaScript is there for the handler 'none.run'; there is app.cjs, index.mjs, lib/greet.mjs"):
            lam.update_function_configuration(FunctionName=name, Handler="none.run")
        failing = b"export function handler() { throw new TypeError('no luck'); }"
        lam.update_function_code(FunctionName=name, ZipFile=zipped_files({"app.mjs": failing.replace(b"handler", b"run")}))
        answer = lam.invoke(FunctionName=name)
        assert answer["FunctionError"] == "Unhandled"
        told = payload(answer)
        assert (told["errorType"], told["errorMessage"]) == ("TypeError", "no luck")
    finally:
        lam.delete_function(FunctionName=name)


PYTHON = os.path.join(os.environ.get("STEPLOOM_RUNTIMES", ""), "python.wasm")


@pytest.mark.skipif(not os.path.exists(PYTHON), reason="STEPLOOM_RUNTIMES does not lead to python.wasm")
def test_a_program_in_python_is_made_changed_and_invoked(name):
    # The first one waits until the server has compiled Python.
    lam = client("lambda", read_timeout=600)
    first = b"from lib.greet import greet\ndef handler(event, context):\n    return greet(event['name'])\n"
    greet = b"import os\ndef greet(name):\n    return {'greeting': f\"{os.environ['WORD']}, {name}!\"}\n"
    lib = {"lib/__init__.py": b"", "lib/greet.py": greet}
    made = lam.create_function(
        FunctionName=name,
        Role=ROLE,
        Runtime="python3.12",
        Handler="app.handler",
        Environment={"Variables": {"WORD": "Hello"}},
        Code={"ZipFile": zipped_files({"app.py": first, **lib})},
    )
    try:
        assert (made["Runtime"], made["Handler"]) == ("python3.12", "app.handler")
        event = json.dumps({"name": "Ada"})
        assert payload(lam.invoke(FunctionName=name, Payload=event)) == {"greeting": "Hello, Ada!"}
        lam.update_function_configuration(FunctionName=name, Environment={"Variables": {"WORD": "Hi"}})
        assert payload(lam.invoke(FunctionName=name, Payload=event)) == {"greeting": "Hi, Ada!"}
        second = b"def run(event, context):\n    return [event['name'], context.function_name, context.aws_request_id != '']\n"
        lam.update_function_code(FunctionName=name, ZipFile=zipped_files({"other.py": second, "app.py": first, **lib}))
        lam.update_function_configuration(FunctionName=name, Handler="other.run")
        assert payload(lam.invoke(FunctionName=name, Payload=event)) == ["Ada", name, True]
        with refused("InvalidParameterValueException", "no file in Python is there for the handler 'none.run'; there is app.py, lib/__init__.py, lib/greet.py, other.py"):
            lam.update_function_configuration(FunctionName=name, Handler="none.run")
        failing = b"def run(event, context):\n    raise LookupError('no luck')\n"
        lam.update_function_code(FunctionName=name, ZipFile=zipped_files({"other.py": failing}))
        answer = lam.invoke(FunctionName=name)
        assert answer["FunctionError"] == "Unhandled"
        told = payload(answer)
        assert (told["errorType"], told["errorMessage"]) == ("LookupError", "no luck")
    finally:
        lam.delete_function(FunctionName=name)
