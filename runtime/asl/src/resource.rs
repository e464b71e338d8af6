//! A task's `Resource`: what it names.

mod services;

use std::fmt;
use std::sync::Arc;

use serde_json::Value;
use steploom_types::{Error, Name};

use crate::diagnostic::Report;
use crate::fields::Fields;
use crate::language::Language;
use crate::options::Options;

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

    /// The parameters that the API cannot do without.
    pub(crate) fn required(&self) -> &'static [&'static str] {
        match self {
            Self::LambdaInvoke => &["FunctionName"],
            Self::StartExecution => &["StateMachineArn"],
            Self::HttpInvoke => &["ApiEndpoint", "Method"],
            Self::Sfn(_) | Self::S3(_) | Self::Foreign { .. } => &[],
        }
    }

    /// Parameters of which the API needs one; the first is told of.
    pub(crate) fn required_any(&self) -> &'static [&'static str] {
        match self {
            Self::HttpInvoke => &["Authentication", "InvocationConfig"],
            _ => &[],
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

/// What a text names, of all that there is; none, if the report says why not.
pub(crate) fn parse(text: &str, report: &mut Report) -> Option<Resource> {
    let parts: Vec<&str> = text.split(':').collect();
    match parts[..] {
        ["arn", _, "lambda", _, _, "function", name] => function(text, name, None, report),
        ["arn", _, "lambda", _, _, "function", name, qualifier] => {
            function(text, name, Some(qualifier), report)
        }
        ["arn", _, "states", _, _, "activity", name] => activity(text, name, report),
        ["arn", _, "states", "", "", ..] => {
            let found = services::find(&parts[5..]);
            if found.is_none() {
                unrecognised(text, report);
            }
            found.map(Resource::Service)
        }
        ["arn", ..] => {
            unrecognised(text, report);
            None
        }
        [name] => function(text, name, None, report),
        [name, qualifier] => function(text, name, Some(qualifier), report),
        _ => {
            report.schema("Value is not a valid resource ARN");
            None
        }
    }
}

/// What a text names, of what a machine may use.
pub(crate) fn parse_with(text: &str, options: Options, report: &mut Report) -> Option<Resource> {
    let resource = parse(text, report)?;
    if options.express && waits(&resource, report) {
        return None;
    }
    if let Resource::Service(Integration {
        api: Api::Foreign { service, action },
        ..
    }) = &resource
        && !options.foreign
    {
        report.unsupported(&format!("The service integration '{service}:{action}'"));
        return None;
    }
    Some(resource)
}

/// Whether a resource makes its task wait, which an Express machine cannot; tells if so.
fn waits(resource: &Resource, report: &mut Report) -> bool {
    let why = match resource {
        Resource::Function(_) => return false,
        Resource::Activity(_) => "Express state machine does not support Activity ARN",
        Resource::Service(integration) => match integration.pattern {
            Pattern::RequestResponse => return false,
            Pattern::Sync | Pattern::Sync2 => {
                "Express state machine does not support '.sync' service integration"
            }
            // The space is AWS's.
            Pattern::TaskToken => {
                "Express state machine does not support '.waitForTaskToken' service integration "
            }
        },
    };
    report.schema(why);
    true
}

/// Tells of parameters that an API needs and that are not there. Where there are no parameters at
/// all, or all are the value of one query, they show only when the task runs.
pub(crate) fn require(
    fields: Fields<'_>,
    language: Language,
    required: &[&str],
    required_any: &[&str],
    report: &mut Report,
) {
    let (name, is_path) = match language {
        Language::Path => ("Parameters", true),
        Language::Query => ("Arguments", false),
    };
    let Some(Value::Object(parameters)) = fields.get(name) else {
        return;
    };
    let has = |field: &&str| {
        parameters.contains_key(*field) || is_path && parameters.contains_key(&format!("{field}.$"))
    };
    report.within(name, |report| {
        for field in required.iter().filter(|field| !has(field)) {
            report.missing(field);
        }
        if let Some(first) = required_any.first()
            && !required_any.iter().any(has)
        {
            report.missing(first);
        }
    });
}

fn activity(text: &str, name: &str, report: &mut Report) -> Option<Resource> {
    let Ok(name) = name.parse() else {
        unrecognised(text, report);
        return None;
    };
    Some(Resource::Activity(ActivityRef {
        name,
        text: Arc::from(text),
    }))
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
