//! Tasks that somebody outside ends, by their tokens.

use steploom_machine::Fact;
use steploom_machine::token::Token;
use steploom_store::Error as StoreError;
use steploom_types::{AccountId, Error, Result, Slot};

use super::Port;
use crate::codec;
use crate::payload::{self, Kept};
use crate::shard::{Command, Ending, Heard};

/// The error of a task that ended badly without a name for it.
pub(super) const TASK_FAILED: &str = "States.TaskFailed";

/// The slot of the execution that a token is of; any, if it is none.
pub(crate) fn token_slot(token: &str) -> Slot {
    Token::parse(token).map_or(Slot(0), |token| token.execution.slot())
}

/// # Errors
/// When the text is no token.
pub(super) fn ensure_token(text: &str) -> Result<()> {
    Token::parse(text).map(drop).ok_or_else(invalid_token)
}

fn output_too_large(bytes_max: u32) -> Error {
    Error::invalid(
        "InvalidOutput",
        format!("Invalid Output: 'the output may have {bytes_max} bytes at the most'"),
    )
}

impl Port {
    /// Tells the owner, which is here, what somebody says of a task.
    pub(crate) async fn tell_here(
        &self,
        account: AccountId,
        text: &str,
        ending: Ending,
    ) -> Result<()> {
        let token = Token::parse(text).ok_or_else(invalid_token)?;
        let mut heard = Heard::Done;
        let mut kept = Kept::default();
        if let Ending::Succeeded(output) = &ending
            && payload::is_large(output)
        {
            heard = self
                .say(account, token, Ending::Check, Kept::default())
                .await?;
            if heard == Heard::Done {
                let output = std::iter::once(output);
                kept = payload::keep(&self.shared.artifacts, token.execution, output).await?;
            }
        }
        if heard == Heard::Done {
            heard = self.say(account, token, ending, kept).await?;
        }
        match heard {
            Heard::Done => Ok(()),
            Heard::Over => Err(timed_out()),
            Heard::TooLarge { bytes_max } => Err(output_too_large(bytes_max)),
            Heard::Absent if self.was_given_out(account, token).await? => Err(timed_out()),
            Heard::Foreign | Heard::Absent => Err(invalid_token()),
        }
    }

    async fn say(
        &self,
        account: AccountId,
        token: Token,
        ending: Ending,
        kept: Kept,
    ) -> Result<Heard> {
        let shard = self.shards.of_slot(token.execution.slot())?;
        let say = |reply| Command::Token {
            account,
            token,
            ending,
            kept,
            reply,
        };
        shard.ask(say).await
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
        match codec::glance(first).map_err(corrupt)? {
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
