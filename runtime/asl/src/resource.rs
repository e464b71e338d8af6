//! A task's `Resource`: what it names.

use std::sync::Arc;

use steploom_types::{Error, Name};

use crate::diagnostic::Report;
use crate::model::{FunctionRef, Resource};

/// The qualifier that on AWS means the newest code.
const LATEST: &str = "$LATEST";

/// What a text names; none, if the report says why not.
pub(crate) fn parse(text: &str, report: &mut Report) -> Option<Resource> {
    let parts: Vec<&str> = text.split(':').collect();
    match parts[..] {
        ["arn", _, "lambda", _, _, "function", name] => function(text, name, None, report),
        ["arn", _, "lambda", _, _, "function", name, qualifier] => {
            function(text, name, Some(qualifier), report)
        }
        ["arn", _, "states", "", "", "lambda", "invoke"] => Some(Resource::LambdaInvoke),
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
