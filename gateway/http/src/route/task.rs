//! Tasks that somebody outside ends, by their token: a file an endpoint.

use std::str::FromStr;

use steploom_types::Error;

pub(crate) mod failure;
pub(crate) mod heartbeat;
pub(crate) mod success;

/// A task's token, as it came: whether it is one is for the port to say.
pub(crate) struct Token(pub(crate) String);

/// Bytes of a token, several times those of any that is given out.
const TOKEN_BYTES_MAX: usize = 1024;

impl FromStr for Token {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        if text.len() > TOKEN_BYTES_MAX {
            let message = format!("a token has {TOKEN_BYTES_MAX} bytes at the most");
            return Err(Error::invalid("InvalidToken", message));
        }
        Ok(Self(text.to_owned()))
    }
}
