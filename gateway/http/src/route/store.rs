//! Values by key, in named stores: a file an endpoint.

use std::str::FromStr;

use steploom_types::Error;
use steploom_types::limits::keyvalue::{KEY_BYTES_MAX, VALUE_BYTES_MAX};

use crate::body::Bound;

pub(crate) mod delete_value;
pub(crate) mod get_value;
pub(crate) mod increment_value;
pub(crate) mod list_keys;
pub(crate) mod put_value;

const VALUE: Bound = Bound {
    bytes_max: VALUE_BYTES_MAX,
    what: "a value",
};

const INCREMENT: Bound = Bound {
    bytes_max: 4 * 1024,
    what: "an increment",
};

/// A value's key; a slash in it is written `%2F`.
pub(crate) struct Key(pub(crate) String);

impl FromStr for Key {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        if (1..=KEY_BYTES_MAX).contains(&text.len()) {
            return Ok(Self(text.to_owned()));
        }
        let message = format!(
            "a key has 1 to {KEY_BYTES_MAX} bytes in UTF-8; this one has {}",
            text.len()
        );
        Err(Error::invalid("InvalidKey", message))
    }
}
