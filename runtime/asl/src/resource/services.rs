//! The services' APIs that a task can call, and what it can wait for with each.
//!
//! Sources: "Integrating optimized services with Step Functions" and "Learning to use AWS service
//! SDK integrations" of AWS's developer guide, and the API references of Step Functions and S3.

use std::sync::Arc;

use super::{Api, Integration, Pattern};

/// Ends with a job: `.sync`.
const JOB: u8 = 1;
/// Ends with a job, whose output is parsed: `.sync:2`.
const JOB_PARSED: u8 = 2;
/// Ends with a token: `.waitForTaskToken`.
const TOKEN: u8 = 4;

/// How the name of a service starts whose API is called as its SDK does.
const SDK: &str = "aws-sdk";

/// An optimised integration: the service, its action, and what a task can wait for besides the
/// answer.
type Optimised = (&'static str, &'static [(&'static str, u8)]);

static OPTIMISED: [Optimised; 21] = [
    ("apigateway", &[("invoke", TOKEN)]),
    (
        "athena",
        &[
            ("startQueryExecution", JOB),
            ("stopQueryExecution", 0),
            ("getQueryExecution", 0),
            ("getQueryResults", 0),
        ],
    ),
    ("batch", &[("submitJob", JOB)]),
    (
        "bedrock",
        &[
            ("invokeModel", TOKEN),
            ("createModelCustomizationJob", JOB | TOKEN),
        ],
    ),
    (
        "codebuild",
        &[
            ("startBuild", JOB),
            ("stopBuild", 0),
            ("batchDeleteBuilds", 0),
            ("batchGetReports", 0),
            ("startBuildBatch", JOB),
            ("stopBuildBatch", 0),
            ("retryBuildBatch", JOB),
            ("deleteBuildBatch", 0),
        ],
    ),
    ("databrew", &[("startJobRun", JOB)]),
    (
        "dynamodb",
        &[
            ("getItem", 0),
            ("putItem", 0),
            ("updateItem", 0),
            ("deleteItem", 0),
        ],
    ),
    ("ecs", &[("runTask", JOB | TOKEN)]),
    (
        "eks",
        &[
            ("call", TOKEN),
            ("runJob", JOB | TOKEN),
            ("createCluster", JOB),
            ("deleteCluster", JOB),
            ("createFargateProfile", JOB),
            ("deleteFargateProfile", JOB),
            ("createNodegroup", JOB),
            ("deleteNodegroup", JOB),
        ],
    ),
    (
        "elasticmapreduce",
        &[
            ("createCluster", JOB),
            ("terminateCluster", JOB),
            ("addStep", JOB),
            ("cancelStep", 0),
            ("setClusterTerminationProtection", 0),
            ("modifyInstanceFleetByName", 0),
            ("modifyInstanceGroupByName", 0),
        ],
    ),
    (
        "emr-containers",
        &[
            ("createVirtualCluster", 0),
            ("deleteVirtualCluster", JOB),
            ("startJobRun", JOB),
        ],
    ),
    (
        "emr-serverless",
        &[
            ("createApplication", JOB),
            ("startApplication", JOB),
            ("stopApplication", JOB),
            ("deleteApplication", JOB),
            ("startJobRun", JOB),
            ("cancelJobRun", JOB),
        ],
    ),
    ("events", &[("putEvents", TOKEN)]),
    ("glue", &[("startJobRun", JOB)]),
    ("http", &[("invoke", 0)]),
    ("lambda", &[("invoke", TOKEN)]),
    ("mediaconvert", &[("createJob", JOB)]),
    (
        "sagemaker",
        &[
            ("createEndpoint", 0),
            ("createEndpointConfig", 0),
            ("createHyperParameterTuningJob", JOB),
            ("createLabelingJob", JOB),
            ("createModel", 0),
            ("createProcessingJob", JOB),
            ("createTrainingJob", JOB),
            ("createTransformJob", JOB),
            ("updateEndpoint", 0),
        ],
    ),
    ("sns", &[("publish", TOKEN)]),
    ("sqs", &[("sendMessage", TOKEN)]),
    ("states", &[("startExecution", JOB | JOB_PARSED | TOKEN)]),
];

/// The actions of Step Functions' own API.
static SFN: [&str; 37] = [
    "createActivity",
    "createStateMachine",
    "createStateMachineAlias",
    "deleteActivity",
    "deleteStateMachine",
    "deleteStateMachineAlias",
    "deleteStateMachineVersion",
    "describeActivity",
    "describeExecution",
    "describeMapRun",
    "describeStateMachine",
    "describeStateMachineAlias",
    "describeStateMachineForExecution",
    "getActivityTask",
    "getExecutionHistory",
    "listActivities",
    "listExecutions",
    "listMapRuns",
    "listStateMachineAliases",
    "listStateMachineVersions",
    "listStateMachines",
    "listTagsForResource",
    "publishStateMachineVersion",
    "redriveExecution",
    "sendTaskFailure",
    "sendTaskHeartbeat",
    "sendTaskSuccess",
    "startExecution",
    "startSyncExecution",
    "stopExecution",
    "tagResource",
    "testState",
    "untagResource",
    "updateMapRun",
    "updateStateMachine",
    "updateStateMachineAlias",
    "validateStateMachineDefinition",
];

/// What the parts of an ARN name that follow `arn:aws:states:::`.
pub(super) fn find(parts: &[&str]) -> Option<Integration> {
    match parts {
        [SDK, service, action] => sdk(service, action),
        [service, action, "2"] => {
            let action = action.strip_suffix(".sync")?;
            optimised(service, action, Pattern::Sync2)
        }
        [service, action] => {
            let (action, pattern) = cut(action);
            optimised(service, action, pattern)
        }
        _ => None,
    }
}

/// An action, and the pattern that its text ends with.
fn cut(text: &str) -> (&str, Pattern) {
    for pattern in [Pattern::Sync, Pattern::TaskToken] {
        if let Some(action) = text.strip_suffix(pattern.suffix()) {
            return (action, pattern);
        }
    }
    (text, Pattern::RequestResponse)
}

fn optimised(service: &str, action: &str, pattern: Pattern) -> Option<Integration> {
    let (service, actions) = OPTIMISED.iter().find(|(own, _)| *own == service)?;
    let (action, patterns) = actions.iter().find(|(own, _)| *own == action)?;
    let needed = match pattern {
        Pattern::RequestResponse => 0,
        Pattern::Sync => JOB,
        Pattern::Sync2 => JOB_PARSED,
        Pattern::TaskToken => TOKEN,
    };
    if patterns & needed != needed {
        return None;
    }
    let api = match (*service, *action) {
        ("lambda", _) => Api::LambdaInvoke,
        ("states", _) => Api::StartExecution,
        ("http", _) => Api::HttpInvoke,
        (service, action) => Api::Foreign {
            service: Arc::from(service),
            action: Arc::from(action),
        },
    };
    Some(Integration { api, pattern })
}

/// An API that is called as its SDK does. There are over nine thousand on AWS; of services that
/// this platform does not have any that could be one is taken for one.
fn sdk(service: &str, action: &str) -> Option<Integration> {
    let (action, pattern) = cut(action);
    let api = match service {
        _ if pattern == Pattern::Sync => return None,
        "sfn" if !SFN.contains(&action) => return None,
        _ if !is_service(service) || !is_action(action) => return None,
        "sfn" => Api::Sfn(Arc::from(action)),
        "s3" => Api::S3(Arc::from(action)),
        _ => Api::Foreign {
            service: format!("{SDK}:{service}").into(),
            action: Arc::from(action),
        },
    };
    Some(Integration { api, pattern })
}

/// Such as `dynamodb`.
fn is_service(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
}

/// Such as `putItem`.
fn is_action(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_alphanumeric())
}
