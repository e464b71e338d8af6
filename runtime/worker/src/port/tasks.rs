//! Tasks that somebody outside ends, by their tokens.

use async_trait::async_trait;
use steploom_api::port::Tasks;
use steploom_api::wire;
use steploom_machine::token::Token;
use steploom_machine::{Fact, Failure};
use steploom_store::Error as StoreError;
use steploom_types::{AccountId, Error, Json, Result, limits};

use super::Port;
use crate::codec;
use crate::shard::{Command, Ending, Heard};

/// The error of a task that ended badly without a name for it.
const TASK_FAILED: &str = "States.TaskFailed";

#[async_trait]
impl Tasks for Port {
    async fn succeed(&self, account: AccountId, token: &str, output: Json) -> Result<()> {
        if output.size() > limits::PAYLOAD_BYTES_MAX {
            self.check(account, token).await?;
            return Err(Error::invalid(
                "InvalidOutput",
                format!(
                    "Invalid Output: 'the output has {} bytes; at most {} are allowed'",
                    output.size(),
                    limits::PAYLOAD_BYTES_MAX
                ),
            ));
        }
        self.tell(account, token, Ending::Succeeded(output)).await
    }

    async fn fail(&self, account: AccountId, token: &str, failure: wire::FailTask) -> Result<()> {
        let failure = Failure {
            error: failure.error.unwrap_or_else(|| TASK_FAILED.to_owned()),
            cause: failure.cause,
        };
        self.tell(account, token, Ending::Failed(failure)).await
    }

    async fn heartbeat(&self, account: AccountId, token: &str) -> Result<()> {
        self.tell(account, token, Ending::None).await
    }
}

impl Port {
    /// Whether somebody waits for the task of a token.
    ///
    /// # Errors
    /// As the methods of [`Tasks`] when nobody does.
    pub(crate) async fn check(&self, account: AccountId, token: &str) -> Result<()> {
        self.tell(account, token, Ending::Check).await
    }

    async fn tell(&self, account: AccountId, text: &str, ending: Ending) -> Result<()> {
        let token = Token::parse(text).ok_or_else(invalid_token)?;
        let heard = self
            .shards
            .of_slot(token.execution.slot())
            .ask(|reply| Command::Token {
                account,
                token,
                ending,
                reply,
            })
            .await?;
        match heard {
            Heard::Done => Ok(()),
            Heard::Over => Err(timed_out()),
            Heard::Absent if self.was_given_out(account, token).await? => Err(timed_out()),
            Heard::Foreign | Heard::Absent => Err(invalid_token()),
        }
    }

    /// Whether the token is of an execution that has ended and left memory.
    async fn was_given_out(&self, account: AccountId, token: Token) -> Result<bool> {
        let projection = &self.shared.store.projection;
        if projection.find(account, token.execution).await?.is_none() {
            return Ok(false);
        }
        let chunks = projection.chunks(token.execution, 0, 0).await?;
        let corrupt = |e: codec::Error| StoreError::Corrupt(format!("{}: {e}", token.execution));
        let Some(chunk) = chunks.into_iter().next() else {
            return Ok(false);
        };
        let facts = codec::split_chunk(chunk.facts).map_err(corrupt)?;
        let Some(first) = facts.first() else {
            return Ok(false);
        };
        match codec::decode(first).map_err(corrupt)? {
            Fact::Started(started) => Ok(token.is_of(&started)),
            _ => Ok(false),
        }
    }
}

fn invalid_token() -> Error {
    Error::invalid("InvalidToken", "Invalid Token: 'Invalid token'")
}

fn timed_out() -> Error {
    Error::not_found(
        "TaskTimedOut",
        "Task Timed Out: 'Provided task does not exist anymore'",
    )
}
