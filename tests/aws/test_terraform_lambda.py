"""What Terraform's AWS provider calls for functions of Lambda, in its order and with what it sends, and what it takes from
the answers.

Read from the provider's sources (version 6). It waits by `GetFunction` until `State` is `Active` after it made a function and
until `LastUpdateStatus` is `Successful` after each change, reads the newest version from the end of the list of versions, and
reads the code signing of functions that are a zip. `run_terraform.py` runs the provider itself.
"""

import json

import pytest

from conftest import ACCOUNT, REGION, refused, until
from test_lambda import ARN, ROLE, constant, lam, module, name, payload, zipped  # noqa: F401 - fixtures

# As many as the provider asks for at once.
VERSIONS_MAX = 10_000
QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:letters"


@pytest.fixture
def function(lam, module, name):
    """Makes the function of a resource: `function(**arguments)` gives what would be kept in the state."""

    def make(**arguments):
        return create(lam, name, module, **arguments)

    yield make
    try:
        lam.delete_function(FunctionName=name)
    except lam.exceptions.ResourceNotFoundException:
        pass


@pytest.fixture
def other(lam, module, name):
    """The ARN of another function."""
    yield create(lam, f"{name}-other", module)["arn"]
    lam.delete_function(FunctionName=f"{name}-other")


def create(lam, name, module, concurrency=-1, **arguments):
    arguments = {
        "Code": {"ZipFile": zipped(module)},
        "Description": "",
        "FunctionName": name,
        "Handler": "bootstrap",
        "MemorySize": 128,
        "PackageType": "Zip",
        "Role": ROLE,
        "Runtime": "provided.al2023",
        "Timeout": 3,
        **arguments,
    }
    made = lam.create_function(**arguments)
    assert made["FunctionArn"] == ARN + name, "without a version, also if one was published"
    wait(lam, name, "State", "Active")
    if concurrency >= 0:
        lam.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=concurrency)
    return read(lam, name)


def wait(lam, name, field, wanted):
    until(f"{field} is {wanted}", lambda: lam.get_function(FunctionName=name)["Configuration"][field] == wanted)


def read(lam, name):
    """A refresh. Gives what would be kept in the state."""
    found = lam.get_function(FunctionName=name)
    assert found["Code"]["RepositoryType"]
    shown = found["Configuration"]
    newest = None
    for page in lam.get_paginator("list_versions_by_function").paginate(
        FunctionName=name, PaginationConfig={"PageSize": VERSIONS_MAX}
    ):
        if page["Versions"] and "NextMarker" not in page:
            newest = page["Versions"][-1]
    signing = lam.get_function_code_signing_config(FunctionName=name)
    assert not signing.get("CodeSigningConfigArn")
    concurrency = found.get("Concurrency", {}).get("ReservedConcurrentExecutions", -1)
    snap_start = shown.get("SnapStart", {}).get("ApplyOn")
    return {
        "architectures": shown["Architectures"],
        "arn": shown["FunctionArn"],
        "code_sha256": shown["CodeSha256"],
        "dead_letter_config": shown.get("DeadLetterConfig", {}).get("TargetArn"),
        "description": shown["Description"],
        "environment": shown.get("Environment"),
        "ephemeral_storage": shown["EphemeralStorage"]["Size"],
        "file_system_config": shown.get("FileSystemConfigs", []),
        "handler": shown["Handler"],
        "kms_key_arn": shown.get("KMSKeyArn"),
        "last_modified": shown["LastModified"],
        "layers": shown.get("Layers", []),
        "logging_config": shown["LoggingConfig"],
        "memory_size": shown["MemorySize"],
        "package_type": shown["PackageType"],
        "qualified_arn": newest["FunctionArn"],
        "reserved_concurrent_executions": concurrency,
        "role": shown["Role"],
        "runtime": shown["Runtime"],
        "snap_start": None if snap_start == "None" else snap_start,
        "source_code_size": shown["CodeSize"],
        "tags": found.get("Tags", {}),
        "timeout": shown["Timeout"],
        "tracing_config": shown.get("TracingConfig", {}).get("Mode", "PassThrough"),
        "version": newest["Version"],
        "vpc_config": shown.get("VpcConfig"),
    }


def change_configuration(lam, name, **arguments):
    lam.update_function_configuration(FunctionName=name, **arguments)
    wait(lam, name, "LastUpdateStatus", "Successful")


def change_code(lam, name, **arguments):
    lam.update_function_code(FunctionName=name, **arguments)
    wait(lam, name, "LastUpdateStatus", "Successful")


def publish(lam, name):
    """Publishes, and asks for what was published by its own ARN and its number at once."""
    made = lam.publish_version(FunctionName=name)
    found = lam.get_function_configuration(FunctionName=made["FunctionArn"], Qualifier=made["Version"])
    assert found["LastUpdateStatus"] == "Successful"


def destroy(lam, name):
    lam.delete_function(FunctionName=name)

    def gone():
        try:
            state = lam.get_function(FunctionName=name)["Configuration"]["State"]
        except lam.exceptions.ResourceNotFoundException:
            return True
        assert state in ("Active", "Inactive", "Deleting")
        return False

    until("the function is gone", gone)


def test_aws_lambda_function(lam, module, function, name):
    created = function(Description="first", Environment={"Variables": {"A": "b"}}, Tags={"team": "blue", "stage": "dev"})
    assert created["arn"] == created["qualified_arn"].removesuffix(":$LATEST") == ARN + name
    assert (created["description"], created["timeout"], created["memory_size"]) == ("first", 3, 128)
    assert (created["handler"], created["runtime"], created["role"]) == ("bootstrap", "provided.al2023", ROLE)
    assert created["environment"] == {"Variables": {"A": "b"}}
    assert created["tags"] == {"team": "blue", "stage": "dev"}
    assert created["version"] == "$LATEST"
    assert created["reserved_concurrent_executions"] == -1
    assert (created["architectures"], created["ephemeral_storage"]) == (["x86_64"], 512)
    assert created["logging_config"] == {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{name}"}
    assert read(lam, name) == created, "a second plan is empty"

    lam.untag_resource(Resource=created["arn"], TagKeys=["stage"])
    lam.tag_resource(Resource=created["arn"], Tags={"team": "red"})
    change_configuration(lam, name, Description="", Timeout=9, MemorySize=256)
    change_code(lam, name, ZipFile=zipped(module, "other.wasm"))
    updated = read(lam, name)
    assert (updated["description"], updated["timeout"], updated["memory_size"]) == ("", 9, 256)
    assert updated["tags"] == {"team": "red"}
    assert updated["environment"] == created["environment"]
    assert updated["code_sha256"] != created["code_sha256"]
    assert updated["last_modified"] > created["last_modified"]
    assert read(lam, name) == updated, "a second plan is empty"
    destroy(lam, name)


def test_aws_lambda_function_that_publishes(lam, module, function, name):
    created = function(Publish=True)
    assert (created["version"], created["qualified_arn"]) == ("1", f"{ARN}{name}:1")
    change_configuration(lam, name, Timeout=4)
    change_code(lam, name, ZipFile=zipped(module, "other.wasm"))
    publish(lam, name)
    updated = read(lam, name)
    assert (updated["version"], updated["qualified_arn"]) == ("2", f"{ARN}{name}:2")
    assert updated["timeout"] == 4
    destroy(lam, name)


def test_aws_lambda_function_that_publishes_later(lam, function, name):
    created = function()
    assert (created["version"], created["qualified_arn"]) == ("$LATEST", f"{ARN}{name}:$LATEST")
    publish(lam, name)
    assert read(lam, name)["version"] == "1"


def test_aws_lambda_function_with_every_block(lam, function, name):
    """They come back as they were sent, and are gone when they were taken away, or every plan shows a change."""
    network = {"Ipv6AllowedForDualStack": False, "SecurityGroupIds": ["sg-12345678"], "SubnetIds": ["subnet-12345678"]}
    logging = {"ApplicationLogLevel": "DEBUG", "LogFormat": "JSON", "SystemLogLevel": "WARN"}
    letters = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:letters"
    key = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/12345678-1234-1234-1234-123456789012"
    created = function(
        Architectures=["arm64"],
        DeadLetterConfig={"TargetArn": letters},
        Environment={"Variables": {"A": "b"}},
        EphemeralStorage={"Size": 1024},
        KMSKeyArn=key,
        LoggingConfig=logging,
        SnapStart={"ApplyOn": "PublishedVersions"},
        TracingConfig={"Mode": "Active"},
        VpcConfig=network,
    )
    assert created["architectures"] == ["arm64"]
    assert created["dead_letter_config"] == letters
    assert created["environment"] == {"Variables": {"A": "b"}}
    assert created["ephemeral_storage"] == 1024
    assert created["kms_key_arn"] == key
    assert created["logging_config"] == {**logging, "LogGroup": f"/aws/lambda/{name}"}
    assert created["snap_start"] == "PublishedVersions"
    assert created["tracing_config"] == "Active"
    assert created["vpc_config"]["SubnetIds"] == ["subnet-12345678"]
    assert created["vpc_config"]["SecurityGroupIds"] == ["sg-12345678"]
    assert read(lam, name) == created, "a second plan is empty"

    change_configuration(
        lam,
        name,
        DeadLetterConfig={"TargetArn": ""},
        Environment={"Variables": {}},
        EphemeralStorage={"Size": 512},
        KMSKeyArn="",
        LoggingConfig={"LogFormat": "Text"},
        SnapStart={"ApplyOn": "None"},
        TracingConfig={"Mode": "PassThrough"},
        VpcConfig={"Ipv6AllowedForDualStack": False, "SecurityGroupIds": [], "SubnetIds": []},
    )
    updated = read(lam, name)
    assert updated["architectures"] == ["arm64"]
    assert not updated["dead_letter_config"] and not updated["kms_key_arn"]
    assert updated["environment"] is None
    assert updated["ephemeral_storage"] == 512
    assert updated["logging_config"] == {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{name}"}
    assert updated["snap_start"] is None
    assert updated["tracing_config"] == "PassThrough"
    assert not (updated["vpc_config"] or {}).get("SubnetIds")


def test_aws_lambda_function_with_reserved_concurrency(lam, function, name):
    assert function(concurrency=0)["reserved_concurrent_executions"] == 0
    lam.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=5)
    assert read(lam, name)["reserved_concurrent_executions"] == 5
    lam.delete_function_concurrency(FunctionName=name)
    assert read(lam, name)["reserved_concurrent_executions"] == -1


def test_aws_lambda_function_that_somebody_deleted(lam, function, name):
    created = function()
    lam.delete_function(FunctionName=name)
    with refused("ResourceNotFoundException"):
        lam.get_function(FunctionName=name)
    with refused("ResourceNotFoundException"):
        lam.delete_function(FunctionName=name)
    again = function()
    assert again["arn"] == created["arn"]


def test_aws_lambda_alias(lam, function, name):
    """The name of the function may be an ARN. An empty block of weights takes weights away."""
    arn = function(Publish=True)["arn"]
    change_configuration(lam, name, Timeout=4)
    publish(lam, name)
    made = lam.create_alias(Description="", FunctionName=arn, FunctionVersion="1", Name="live", RoutingConfig={})
    found = lam.get_alias(FunctionName=arn, Name="live")
    assert found["AliasArn"] == made["AliasArn"] == f"{arn}:live"
    assert (found.get("Description", ""), found["FunctionVersion"], found["Name"]) == ("", "1", "live")
    assert "RoutingConfig" not in found, "or every plan shows a change"
    weights = {"AdditionalVersionWeights": {"2": 0.25}}
    lam.update_alias(Description="most", FunctionName=arn, FunctionVersion="1", Name="live", RoutingConfig=weights)
    found = lam.get_alias(FunctionName=arn, Name="live")
    assert (found["Description"], found["RoutingConfig"]) == ("most", weights)
    lam.update_alias(Description="", FunctionName=arn, FunctionVersion="2", Name="live", RoutingConfig={})
    found = lam.get_alias(FunctionName=name, Name="live")
    assert (found["Description"], found["FunctionVersion"]) == ("", "2")
    assert not found.get("RoutingConfig", {}).get("AdditionalVersionWeights")
    lam.delete_alias(FunctionName=arn, Name="live")
    with refused("ResourceNotFoundException"):
        lam.get_alias(FunctionName=arn, Name="live")


def statement_of(lam, function_name, statement_id, qualifier=None):
    """The statement that the provider looks for; `None` if there is no policy or it is not in it."""
    asked = {"Qualifier": qualifier} if qualifier else {}
    try:
        policy = json.loads(lam.get_policy(FunctionName=function_name, **asked)["Policy"])
    except lam.exceptions.ResourceNotFoundException:
        return None
    return next((statement for statement in policy["Statement"] if statement["Sid"] == statement_id), None)


@pytest.mark.parametrize(
    ("arguments", "principal", "condition"),
    [
        ({"Principal": "*"}, "*", None),
        (
            {"Principal": "scheduler.amazonaws.com", "SourceAccount": ACCOUNT, "SourceArn": QUEUE},
            {"Service": "scheduler.amazonaws.com"},
            {"StringEquals": {"AWS:SourceAccount": ACCOUNT}, "ArnLike": {"AWS:SourceArn": QUEUE}},
        ),
        ({"Principal": "*", "PrincipalOrgID": "o-1234567890"}, "*", {"StringEquals": {"aws:PrincipalOrgID": "o-1234567890"}}),
        (
            {"Principal": "alexa-appkit.amazon.com", "EventSourceToken": "token"},
            {"Service": "alexa-appkit.amazon.com"},
            {"StringEquals": {"lambda:EventSourceToken": "token"}},
        ),
        (
            {"Action": "lambda:InvokeFunctionUrl", "Principal": "*", "FunctionUrlAuthType": "NONE"},
            "*",
            {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}},
        ),
        ({"Principal": "*", "InvokedViaFunctionUrl": True}, "*", {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}),
        ({"Principal": f"arn:aws:iam::{ACCOUNT}:role/r"}, {"AWS": f"arn:aws:iam::{ACCOUNT}:role/r"}, None),
    ],
)
@pytest.mark.parametrize("qualifier", [None, "1"])
def test_aws_lambda_permission(lam, function, arguments, principal, condition, qualifier):
    arn = function(Publish=True)["arn"]
    asked = {"Qualifier": qualifier} if qualifier else {}
    lam.add_permission(**{"Action": "lambda:InvokeFunction", "FunctionName": arn, "StatementId": "any", **arguments}, **asked)
    found = statement_of(lam, arn, "any", qualifier)
    assert found["Resource"] == (f"{arn}:{qualifier}" if qualifier else arn)
    assert (found["Effect"], found["Principal"], found.get("Condition")) == ("Allow", principal, condition)
    assert found["Action"] == arguments.get("Action", "lambda:InvokeFunction")
    lam.remove_permission(FunctionName=arn, StatementId="any", **asked)
    assert statement_of(lam, arn, "any", qualifier) is None
    with refused("ResourceNotFoundException"):
        lam.remove_permission(FunctionName=arn, StatementId="any", **asked)


@pytest.mark.parametrize("qualifier", [None, "1", "live"])
def test_aws_lambda_function_event_invoke_config(lam, function, other, name, qualifier):
    function(Publish=True)
    lam.create_alias(FunctionName=name, FunctionVersion="1", Name="live")
    asked = {"FunctionName": name, **({"Qualifier": qualifier} if qualifier else {})}
    lam.put_function_event_invoke_config(**asked, MaximumRetryAttempts=2)
    found = lam.get_function_event_invoke_config(**asked)
    assert found["MaximumRetryAttempts"] == 2
    destinations = found.get("DestinationConfig", {})
    assert not destinations.get("OnFailure", {}).get("Destination")
    assert not destinations.get("OnSuccess", {}).get("Destination")
    to = {"OnSuccess": {"Destination": other}}
    lam.put_function_event_invoke_config(
        **asked, DestinationConfig=to, MaximumEventAgeInSeconds=60, MaximumRetryAttempts=0
    )
    found = lam.get_function_event_invoke_config(**asked)
    assert (found["MaximumEventAgeInSeconds"], found["MaximumRetryAttempts"]) == (60, 0)
    assert found["DestinationConfig"]["OnSuccess"] == to["OnSuccess"]
    assert not found["DestinationConfig"].get("OnFailure", {}).get("Destination")
    lam.delete_function_event_invoke_config(**asked)
    with refused("ResourceNotFoundException"):
        lam.get_function_event_invoke_config(**asked)
    with refused("ResourceNotFoundException"):
        lam.delete_function_event_invoke_config(**asked)


@pytest.mark.parametrize("qualifier", [None, "live"])
def test_aws_lambda_function_url(lam, function, name, qualifier):
    arn = function(Publish=True)["arn"]
    lam.create_alias(FunctionName=name, FunctionVersion="1", Name="live")
    asked = {"FunctionName": name, **({"Qualifier": qualifier} if qualifier else {})}
    cors = {"AllowCredentials": False, "AllowMethods": ["GET", "PUT"], "AllowOrigins": ["https://example.com"], "MaxAge": 300}
    lam.create_function_url_config(**asked, AuthType="NONE", Cors=cors, InvokeMode="BUFFERED")
    public = {
        "Action": "lambda:InvokeFunctionUrl",
        "FunctionUrlAuthType": "NONE",
        "Principal": "*",
        "StatementId": "FunctionURLAllowPublicAccess",
    }
    lam.add_permission(**asked, **public)
    # It goes on where another resource has allowed it.
    with refused("ResourceConflictException", "The statement id (FunctionURLAllowPublicAccess) provided already exists..."):
        lam.add_permission(**asked, **public)
    found = lam.get_function_url_config(**asked)
    assert found["FunctionArn"] == (f"{arn}:{qualifier}" if qualifier else arn)
    assert (found["AuthType"], found["Cors"], found["InvokeMode"]) == ("NONE", cors, "BUFFERED")
    url = found["FunctionUrl"]
    assert url.startswith("http") and url.endswith("/"), url
    assert lam.get_function_url_config(**asked) | {"ResponseMetadata": 0} == found | {"ResponseMetadata": 0}

    lam.update_function_url_config(**asked, AuthType="AWS_IAM", Cors={})
    found = lam.get_function_url_config(**asked)
    assert (found["AuthType"], found["FunctionUrl"]) == ("AWS_IAM", url)
    assert not found.get("Cors")
    lam.delete_function_url_config(**asked)
    with refused("ResourceNotFoundException"):
        lam.get_function_url_config(**asked)
    with refused("ResourceNotFoundException"):
        lam.delete_function_url_config(**asked)


def test_data_sources(lam, function, name):
    """`data "aws_lambda_function"` asks for the newest published version, `"aws_lambda_functions"` for all pages."""
    function(Publish=True, Environment=constant("one"), Tags={"a": "b"})
    found = lam.get_function(FunctionName=name, Qualifier="1")
    assert found["Configuration"]["FunctionArn"] == f"{ARN}{name}:1"
    lam.get_function_code_signing_config(FunctionName=name)
    listed = [one["FunctionName"] for page in lam.get_paginator("list_functions").paginate() for one in page["Functions"]]
    assert name in listed
    answer = lam.invoke(FunctionName=name, InvocationType="RequestResponse", Payload="{}", Qualifier="$LATEST")
    assert "FunctionError" not in answer
    assert answer["ResponseMetadata"]["HTTPHeaders"]["content-type"] == "application/json"
    assert payload(answer) == "one"
