//! A task's `Resource`: what it names.

use std::fmt;
use std::sync::Arc;

use steploom_types::{Error, Name};

use crate::diagnostic::Report;

/// The qualifier that on AWS means the newest code.
const LATEST: &str = "$LATEST";

/// What a task's `Resource` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resource {
    /// A function of the same account, called with the task's input as its event; the result is
    /// the task's result. Written `NAME`, `NAME:QUALIFIER`, or as a Lambda ARN.
    Function(FunctionRef),
    /// An activity: a worker of the user's polls for the task.
    Activity(ActivityRef),
    /// `arn:aws:states:::SERVICE:API[PATTERN]`: a service's API, called with the task's input.
    Service(Integration),
}

/// A function, and which of its versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionRef {
    /// The function.
    pub name: Name,
    /// A version's number or an alias; the newest version if there is none.
    pub qualifier: Option<String>,
    /// As the author wrote it: the name or the ARN.
    pub text: Arc<str>,
}

/// An activity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivityRef {
    /// Its name.
    pub name: Name,
    /// Its ARN, as the author wrote it.
    pub text: Arc<str>,
}

/// A call of a service's API, and what the task waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Integration {
    /// Which API.
    pub api: Api,
    /// What ends the task.
    pub pattern: Pattern,
}

/// A service's API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Api {
    /// `lambda:invoke`: the function's name and payload are in the task's input (`FunctionName`,
    /// `Payload`), and the result is wrapped as AWS wraps it.
    LambdaInvoke,
    /// `states:startExecution`.
    StartExecution,
    /// `http:invoke`.
    HttpInvoke,
    /// `aws-sdk:sfn:ACTION`, such as `sendTaskSuccess`.
    Sfn(Arc<str>),
    /// `aws-sdk:s3:ACTION`, such as `getObject`.
    S3(Arc<str>),
    /// One that AWS has and this platform has not: to be simulated with mocked answers only.
    Foreign {
        /// Such as `sns` or `aws-sdk:dynamodb`.
        service: Arc<str>,
        /// Such as `publish`.
        action: Arc<str>,
    },
}

/// What ends the task of an [`Integration`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// The API's answer.
    RequestResponse,
    /// `.sync`: the end of the job that the API started.
    Sync,
    /// `.sync:2`: likewise, with the job's output as JSON, not as text.
    Sync2,
    /// `.waitForTaskToken`: somebody who has the task's token.
    TaskToken,
}

impl Resource {
    /// `lambda:invoke`, which ends with the function's answer.
    pub fn lambda_invoke() -> Self {
        Self::Service(Integration {
            api: Api::LambdaInvoke,
            pattern: Pattern::RequestResponse,
        })
    }
}

impl Api {
    /// The service, as AWS's history has it in `resourceType`, such as `states` or `aws-sdk:s3`.
    pub fn service(&self) -> &str {
        match self {
            Self::LambdaInvoke => "lambda",
            Self::StartExecution => "states",
            Self::HttpInvoke => "http",
            Self::Sfn(_) => "aws-sdk:sfn",
            Self::S3(_) => "aws-sdk:s3",
            Self::Foreign { service, .. } => service,
        }
    }

    /// The action, such as `startExecution`.
    pub fn action(&self) -> &str {
        match self {
            Self::LambdaInvoke | Self::HttpInvoke => "invoke",
            Self::StartExecution => "startExecution",
            Self::Sfn(action) | Self::S3(action) | Self::Foreign { action, .. } => action,
        }
    }
}

impl Pattern {
    /// What follows the action in the ARN.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::RequestResponse => "",
            Self::Sync => ".sync",
            Self::Sync2 => ".sync:2",
            Self::TaskToken => ".waitForTaskToken",
        }
    }
}

/// As AWS's history has it in `resource`, such as `startExecution.sync:2`.
impl fmt::Display for Integration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.api.action())?;
        f.write_str(self.pattern.suffix())
    }
}

/// What a text names; none, if the report says why not.
pub(crate) fn parse(text: &str, report: &mut Report) -> Option<Resource> {
    let parts: Vec<&str> = text.split(':').collect();
    match parts[..] {
        ["arn", _, "lambda", _, _, "function", name] => function(text, name, None, report),
        ["arn", _, "lambda", _, _, "function", name, qualifier] => {
            function(text, name, Some(qualifier), report)
        }
        ["arn", _, "states", "", "", "lambda", "invoke"] => Some(Resource::lambda_invoke()),
        ["arn", _, "states", _, _, "activity", _] => {
            report.unsupported("Activities");
            None
        }
        ["arn", _, "states", _, _, service, action] => {
            report.unsupported(&format!("The service integration '{service}:{action}'"));
            None
        }
        ["arn", _, "states", _, _, service, api, action] => {
            report.unsupported(&format!(
                "The service integration '{service}:{api}:{action}'"
            ));
            None
        }
        ["arn", ..] => {
            unrecognised(text, report);
            None
        }
        [name] => function(text, name, None, report),
        [name, qualifier] => function(text, name, Some(qualifier), report),
        _ => {
            unrecognised(text, report);
            None
        }
    }
}

fn function(
    text: &str,
    name: &str,
    qualifier: Option<&str>,
    report: &mut Report,
) -> Option<Resource> {
    let name: Name = match name.parse() {
        Ok(name) => name,
        Err(why) => {
            report.schema(format!(
                "The resource provided {text} is not recognized: {}",
                why.message
            ));
            return None;
        }
    };
    if !qualifier.is_none_or(is_qualifier) {
        report.schema(format!(
            "The resource provided {text} is not recognized: after the function's name a version's number or an alias is expected"
        ));
        return None;
    }
    Some(Resource::Function(FunctionRef {
        name,
        qualifier: qualifier
            .filter(|qualifier| *qualifier != LATEST)
            .map(str::to_owned),
        text: Arc::from(text),
    }))
}

impl FunctionRef {
    /// What the parameter `FunctionName` of `lambda:invoke` names: a function's name, a Lambda ARN,
    /// or its short form `ACCOUNT:function:NAME`, each with a qualifier or without.
    ///
    /// # Errors
    /// `Invalid` / `InvalidFunctionName`: the text names no function.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let short = text.split_once(":function:").map(|(_, rest)| rest);
        let mut report = Report::default();
        match parse(short.unwrap_or(text), &mut report) {
            Some(Resource::Function(function)) => Ok(Self {
                text: Arc::from(text),
                ..function
            }),
            _ => Err(Error::invalid(
                "InvalidFunctionName",
                format!("'{}' names no function", text.escape_default()),
            )),
        }
    }
}

/// A version's number, an alias or `$LATEST`.
fn is_qualifier(text: &str) -> bool {
    text == LATEST || text.parse::<Name>().is_ok()
}

fn unrecognised(text: &str, report: &mut Report) {
    report.schema(format!(
        "The resource provided {text} is not recognized. The value is not a valid resource ARN, or the resource is not available in this region."
    ));
}
