//! What a task's `Resource` may name, and where.

use serde_json::{Value, json};

use crate::model::{Api, Integration, Kind, Pattern, Resource};
use crate::{Options, parse_with};

const FOREIGN: Options = Options {
    strict: false,
    express: false,
    foreign: true,
};

fn task(resource: &str) -> Value {
    json!({"StartAt": "S", "States": {"S": {"Type": "Task", "Resource": resource, "End": true}}})
}

fn told(definition: &Value, options: Options) -> Vec<String> {
    let parsed = parse_with(&definition.to_string(), &options);
    let rejected = parsed.err().map(|rejected| rejected.diagnostics);
    let diagnostics = rejected.unwrap_or_default();
    diagnostics.iter().map(ToString::to_string).collect()
}

fn read(resource: &str) -> Resource {
    let parsed = parse_with(&task(resource).to_string(), &FOREIGN);
    match parsed.expect(resource).machine.states.remove(0).kind {
        Kind::Task(task) => task.resource,
        other => panic!("{other:?}"),
    }
}

#[test]
fn integrations_have_an_api_and_a_pattern() {
    for (text, printed, service, pattern) in [
        (
            "lambda:invoke",
            "invoke",
            "lambda",
            Pattern::RequestResponse,
        ),
        (
            "lambda:invoke.waitForTaskToken",
            "invoke.waitForTaskToken",
            "lambda",
            Pattern::TaskToken,
        ),
        (
            "states:startExecution",
            "startExecution",
            "states",
            Pattern::RequestResponse,
        ),
        (
            "states:startExecution.sync",
            "startExecution.sync",
            "states",
            Pattern::Sync,
        ),
        (
            "states:startExecution.sync:2",
            "startExecution.sync:2",
            "states",
            Pattern::Sync2,
        ),
        (
            "states:startExecution.waitForTaskToken",
            "startExecution.waitForTaskToken",
            "states",
            Pattern::TaskToken,
        ),
        ("http:invoke", "invoke", "http", Pattern::RequestResponse),
        (
            "aws-sdk:sfn:sendTaskSuccess",
            "sendTaskSuccess",
            "aws-sdk:sfn",
            Pattern::RequestResponse,
        ),
        (
            "aws-sdk:s3:listBuckets.waitForTaskToken",
            "listBuckets.waitForTaskToken",
            "aws-sdk:s3",
            Pattern::TaskToken,
        ),
        (
            "aws-sdk:dynamodb:query",
            "query",
            "aws-sdk:dynamodb",
            Pattern::RequestResponse,
        ),
        (
            "batch:submitJob.sync",
            "submitJob.sync",
            "batch",
            Pattern::Sync,
        ),
    ] {
        let Resource::Service(integration) = read(&format!("arn:aws:states:::{text}")) else {
            panic!("{text}")
        };
        assert_eq!(
            (integration.to_string().as_str(), integration.api.service()),
            (printed, service),
            "{text}"
        );
        assert_eq!(integration.pattern, pattern, "{text}");
    }
    let Resource::Activity(activity) = read("arn:aws:states:us-east-1:1:activity:paint") else {
        panic!("an activity")
    };
    assert_eq!(activity.name.as_str(), "paint");
}

#[test]
fn what_aws_does_not_have_is_not_recognised() {
    for text in [
        "arn:aws:states:::dynamodb:query",
        "arn:aws:states:::sns:publish.sync",
        "arn:aws:states:::lambda:invoke.sync",
        "arn:aws:states:::glue:startJobRun.waitForTaskToken",
        "arn:aws:states:::batch:submitJob.sync:2",
        "arn:aws:states:::states:startExecution.sync:3",
        "arn:aws:states:::states:stopExecution",
        "arn:aws:states:::aws-sdk:sfn:fly",
        "arn:aws:states:::aws-sdk:s3:getObject.sync",
        "arn:aws:states:::aws-sdk:S3:getObject",
        "arn:aws:states:::unknown:thing",
        "arn:aws:states:::lambda",
        "arn:aws:states:::",
    ] {
        assert_eq!(
            told(&task(text), FOREIGN),
            [format!(
                "SCHEMA_VALIDATION_FAILED: The resource provided {text} is not recognized. The value is not a valid resource ARN, or the resource is not available in this region. at /States/S/Resource"
            )]
        );
    }
}

#[test]
fn foreign_services_are_for_mocks_only() {
    let definition = task("arn:aws:states:::sqs:sendMessage");
    assert!(told(&definition, FOREIGN).is_empty());
    assert_eq!(
        told(&definition, Options::default()),
        [
            "UNSUPPORTED: The service integration 'sqs:sendMessage': this release does not support it at /States/S/Resource"
        ]
    );
    let Resource::Service(Integration { api, .. }) = read("arn:aws:states:::sqs:sendMessage")
    else {
        panic!("a service")
    };
    assert!(
        matches!(&api, Api::Foreign { service, action } if &**service == "sqs" && &**action == "sendMessage")
    );
}

#[test]
fn an_express_machine_cannot_wait() {
    let express = Options {
        express: true,
        ..FOREIGN
    };
    // Recorded, with the space.
    for (resource, why) in [
        (
            "arn:aws:states:::sns:publish.waitForTaskToken",
            "Express state machine does not support '.waitForTaskToken' service integration ",
        ),
        (
            "arn:aws:states:::states:startExecution.sync",
            "Express state machine does not support '.sync' service integration",
        ),
        (
            "arn:aws:states:us-east-1:1:activity:a",
            "Express state machine does not support Activity ARN",
        ),
    ] {
        let refused = format!("SCHEMA_VALIDATION_FAILED: {why} at ");
        assert_eq!(
            told(&task(resource), express),
            [format!("{refused}/States/S/Resource")]
        );
        let mut map = json!({"StartAt": "M", "States": {"M": {"Type": "Map", "End": true, "ItemProcessor": task(resource)}}});
        let config = &mut map["States"]["M"]["ItemProcessor"]["ProcessorConfig"];
        *config = json!({"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"});
        assert_eq!(
            told(&map, FOREIGN),
            [format!(
                "{refused}/States/M/ItemProcessor/States/S/Resource"
            )]
        );
        map["States"]["M"]["ItemProcessor"]["ProcessorConfig"]["ExecutionType"] = json!("STANDARD");
        assert!(told(&map, FOREIGN).is_empty());
        assert_eq!(
            told(&map, express),
            [
                "SCHEMA_VALIDATION_FAILED: The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines at /States/M/ItemProcessor/ProcessorConfig/Mode"
            ]
        );
    }
    assert!(told(&task("arn:aws:states:::lambda:invoke"), express).is_empty());
}

#[test]
fn an_express_machine_has_no_extension_that_needs_a_journal() {
    let express = Options {
        express: true,
        ..Options::default()
    };
    for (field, value) in [
        ("MaxConcurrentExecutions", json!(2)),
        ("DataLimit", json!("1MiB")),
    ] {
        let mut definition = task("f");
        definition[field] = value;
        assert_eq!(
            told(&definition, express),
            [format!(
                "SCHEMA_VALIDATION_FAILED: Express state machine does not support '{field}' at /{field}"
            )]
        );
        assert!(told(&definition, Options::default()).is_empty());
    }
}

#[test]
fn parameters_that_an_api_needs_are_there() {
    let with = |resource: &str, name: &str, parameters: Value| {
        let mut definition = task(&format!("arn:aws:states:::{resource}"));
        definition["States"]["S"][name] = parameters;
        if name == "Arguments" {
            definition["QueryLanguage"] = json!("JSONata");
        }
        told(&definition, Options::default())
    };
    let missing = |field: &str, at: &str| {
        format!(
            "SCHEMA_VALIDATION_FAILED: The field '{field}' is required but was missing at /States/S/{at}"
        )
    };
    assert_eq!(
        with("lambda:invoke", "Parameters", json!({"Payload": 1})),
        [missing("FunctionName", "Parameters")]
    );
    assert!(
        with(
            "lambda:invoke",
            "Parameters",
            json!({"FunctionName.$": "$.f"})
        )
        .is_empty()
    );
    assert!(with("lambda:invoke", "Arguments", json!("{% $states.input %}")).is_empty());
    assert_eq!(
        with(
            "http:invoke",
            "Arguments",
            json!({"ApiEndpoint": "https://x.test"})
        ),
        [
            missing("Method", "Arguments"),
            missing("Authentication", "Arguments")
        ]
    );
    assert_eq!(
        with("states:startExecution", "Parameters", json!({})),
        [missing("StateMachineArn", "Parameters")]
    );
}

#[test]
fn credentials_name_a_role() {
    let credentials = |resource: &str, credentials: Value| {
        let mut definition = task(resource);
        definition["States"]["S"]["Credentials"] = credentials;
        told(&definition, Options::default())
    };
    // Recorded.
    for wrong in [json!({}), json!({"InvalidField": "invalid"})] {
        assert_eq!(
            credentials("f", wrong),
            [
                "SCHEMA_VALIDATION_FAILED: The field 'RoleArn' is required but was missing at /States/S/Credentials"
            ]
        );
    }
    assert!(credentials("f", json!({"RoleArn.$": "$.role"})).is_empty());
    assert_eq!(
        credentials(
            "arn:aws:states:us-east-1:1:activity:a",
            json!({"RoleArn": "r"})
        ),
        [
            "SCHEMA_VALIDATION_FAILED: The field 'Credentials' is not supported for activities at /States/S/Credentials"
        ]
    );
}

#[test]
fn extensions_are_refused_if_only_the_language_is_wanted() {
    let graph = json!({"StartAt": "G", "States": {"G": {"Type": "Graph", "Nodes": {"N": {"Type": "Pass"}}, "End": true}}});
    assert!(told(&graph, Options::default()).is_empty());
    let strict = Options {
        strict: true,
        ..Options::default()
    };
    assert_eq!(
        told(&graph, strict),
        [
            "UNSUPPORTED: Graph: an extension, which Amazon States Language does not have at /States/G"
        ]
    );
}
