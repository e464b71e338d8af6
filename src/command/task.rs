//! `task succeed|fail|heartbeat`: what is said of a task by its token.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;
use steploom_api::wire::FailTask;

use super::Context;
use crate::failure::Failure;
use crate::input;
use crate::view::out;

/// End a task that waits for its token, or say that it is still being worked on
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// End a task with its result
    Succeed {
        /// The task's token
        token: String,
        /// The result, as JSON; '-' reads standard input; {} if left out
        output: Option<String>,
        /// Read the result from a file
        #[arg(long, value_name = "FILE", conflicts_with = "output")]
        output_file: Option<PathBuf>,
    },
    /// End a task with a failure
    Fail {
        /// The task's token
        token: String,
        /// The error's name, which Retry and Catch match
        #[arg(long, value_name = "NAME")]
        error: Option<String>,
        /// Why, for people
        #[arg(long, value_name = "TEXT")]
        cause: Option<String>,
    },
    /// Say that a task is still being worked on
    Heartbeat {
        /// The task's token
        token: String,
    },
}

/// Says it.
pub(crate) async fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let client = &context.client;
    let said = match args.verb {
        Verb::Succeed {
            token,
            output,
            output_file,
        } => {
            let output = input::json(output.as_deref(), output_file.as_deref())?;
            client.succeed_task(&token, output).await?;
            "succeeded"
        }
        Verb::Fail {
            token,
            error,
            cause,
        } => {
            client.fail_task(&token, &FailTask { error, cause }).await?;
            "failed"
        }
        Verb::Heartbeat { token } => {
            client.heartbeat_task(&token).await?;
            "alive"
        }
    };
    if context.json {
        return Ok(out::json(&json!({ "task": said }))?);
    }
    Ok(out::line(format!("the task: {said}"))?)
}
