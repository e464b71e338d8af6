"""Runs recorded cases of AWS Lambda's interface against a server, and says where its answers differ from AWS's.

    STEPLOOM_ENDPOINT=... STEPLOOM_SCRIPTED_WASM=... python3 tests/aws/run_lambda_cases.py CASES.jsonl [REGEX]

A case is run if all of its steps are of Lambda, and of operations that the server has. Of answers that refuse, code, status and
message are compared; of others, the fields that AWS gave.
"""

import io
import json
import os
import re
import sys
import zipfile

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ACCOUNT = os.environ.get("STEPLOOM_ACCOUNT", "000000000000")
HERE = {
    "AddPermission", "CreateAlias", "CreateFunction", "DeleteAlias", "DeleteFunction", "DeleteFunctionConcurrency",
    "GetAlias", "GetFunction", "GetFunctionConcurrency", "GetFunctionConfiguration", "GetPolicy", "Invoke",
    "ListAliases", "ListFunctions", "ListTags", "ListVersionsByFunction", "PublishVersion", "PutFunctionConcurrency",
    "RemovePermission", "TagResource", "UntagResource", "UpdateAlias", "UpdateFunctionCode",
    "UpdateFunctionConfiguration",
    "PutFunctionEventInvokeConfig", "UpdateFunctionEventInvokeConfig", "GetFunctionEventInvokeConfig",
    "DeleteFunctionEventInvokeConfig", "ListFunctionEventInvokeConfigs",
    "CreateFunctionUrlConfig", "UpdateFunctionUrlConfig", "GetFunctionUrlConfig", "DeleteFunctionUrlConfig",
    "ListFunctionUrlConfigs", "GetAccountSettings",
}
HOLE = re.compile(r"\$\{[^}]*\}|<[a-z-]+>|^lambda-url$")
# Where AWS itself failed, there is nothing to compare.
BROKEN = "<aws_internal_failure>"


def zipped():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.write(os.environ["STEPLOOM_SCRIPTED_WASM"], "bootstrap.wasm")
    return buffer.getvalue()


def fits(wanted, given, path=""):
    """Where the second differs from the first, whose holes take anything; nothing if nowhere."""
    if isinstance(wanted, str) and HOLE.search(wanted):
        pattern = ".*".join(re.escape(part) for part in HOLE.split(wanted))
        if re.fullmatch(pattern, str(given), re.S):
            return None
    elif isinstance(wanted, dict) and isinstance(given, str) and given.startswith("{"):
        return fits(wanted, json.loads(given), path)
    elif isinstance(wanted, dict) and isinstance(given, dict):
        if wanted.keys() - given.keys():
            return f"{path}: missing {sorted(wanted.keys() - given.keys())}"
        return next((d for key in wanted if (d := fits(wanted[key], given[key], f"{path}.{key}"))), None)
    elif isinstance(wanted, list) and isinstance(given, list) and len(wanted) == len(given):
        pairs = enumerate(zip(wanted, given))
        return next((d for at, (w, g) in pairs if (d := fits(w, g, f"{path}[{at}]"))), None)
    elif wanted == given:
        return None
    return f"{path}: {given!r:.300}, AWS: {wanted!r:.300}"


def filled(value, answers, package):
    """What earlier answers and the package say, where a case names them."""
    if isinstance(value, dict):
        return {key: filled(inner, answers, package) for key, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, answers, package) for inner in value]
    if value == "${zip}":
        return package
    if isinstance(value, str):
        of_step = r"\$\{step (\d+)\.([A-Za-z]+)\}"
        return re.sub(of_step, lambda m: str(answers.get(int(m[1]), {}).get(m[2], m[0])), value)
    return value


def shown_first(case):
    """What the first answer that shows a function, before any change of it, says of how it was made: recordings leave that out."""
    for step in case["steps"]:
        if step["op"] in ("UpdateFunctionConfiguration", "UpdateFunctionCode", "CreateFunction"):
            break
        answer = (step.get("expect") or {}).get("response")
        answer = answer if isinstance(answer, dict) else {}
        shown = answer.get("Configuration", answer)
        if isinstance(shown, dict) and "Handler" in shown:
            made = {key: shown[key] for key in ("Handler", "Runtime", "Environment", "MemorySize", "Timeout") if key in shown}
            return {**made, "Tags": answer.get("Tags", {})}
    return {}


def run(client, case, package):
    before = {}
    made = [one["name"] for one in case.get("functions_created_before") or []]
    for name in made:
        role = f"arn:aws:iam::{ACCOUNT}:role/lambda"
        code = {"ZipFile": package}
        made_as = {
            "Runtime": "python3.12", "Handler": "handler.handler", "Environment": {"Variables": {}}, "Timeout": 30,
            **shown_first(case),
        }
        try:
            before = client.create_function(FunctionName=name, Role=role, Code=code, **made_as)
        except ClientError:
            pass
    # What is made before the first step is named as if it were made by that.
    answers, differences = {0: before}, []
    for step in case["steps"]:
        expected = step.get("expect") or {}
        if expected.get("client_side") or expected.get("response") == BROKEN:
            continue
        operation = re.sub(r"(?<!^)(?=[A-Z])", "_", step["op"]).lower()
        parameters = filled(step["params"], answers, package)
        if step["op"] == "CreateFunction":
            made.append(parameters.get("FunctionName", ""))
        try:
            answer = getattr(client, operation)(**parameters)
        except ClientError as error:
            answer = error.response
        known = answers.get(step["n"], {})
        answers[step["n"]] = {**known, **answer, **answer.get("Configuration", {})}
        error = answer.get("Error", {})
        differs = None
        if "code" in expected:
            wanted = {"Code": expected["code"], "Message": expected.get("message", "")}
            status = answer["ResponseMetadata"]["HTTPStatusCode"]
            differs = fits(wanted, error) if error else f"answered, AWS: {expected['code']}: {expected.get('message')}"
            if not differs and expected.get("http") not in (None, status):
                differs = f"status {status}, AWS: {expected['http']}"
        elif error and expected.get("response") == error["Code"]:
            pass
        elif error:
            differs = f"{error['Code']}: {error['Message']}"
        elif isinstance(expected.get("response"), dict):
            differs = fits(expected["response"], json.loads(json.dumps(answer, default=str)))
        if differs:
            differences.append(f"step {step['n']} {step['op']}: {differs}")
    for name in made:
        try:
            client.delete_function(FunctionName=name)
        except ClientError:
            pass
    return differences


def main():
    config = Config(retries={"total_max_attempts": 1}, parameter_validation=False, read_timeout=90)
    endpoint = os.environ["STEPLOOM_ENDPOINT"]
    client = boto3.client(
        "lambda", endpoint_url=endpoint, region_name="us-east-1", config=config,
        aws_access_key_id="test", aws_secret_access_key="test",
    )
    package, same, all_of_them = zipped(), 0, 0
    with open(sys.argv[1]) as file:
        cases = [json.loads(line.replace("111111111111", ACCOUNT)) for line in file]
    for case in cases:
        known = all(step["service"] == "lambda" and step["op"] in HERE for step in case["steps"])
        if not known or not re.search(sys.argv[2] if len(sys.argv) > 2 else "", case["id"]):
            continue
        all_of_them += 1
        differences = run(client, case, package)
        same += not differences
        for difference in differences:
            print(f"{case['id']}: {difference}")
    print(f"{same} of {all_of_them} cases are as AWS's")


if __name__ == "__main__":
    main()
