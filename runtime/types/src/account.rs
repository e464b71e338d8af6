//! The tenant: twelve digits, as in an ARN.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Error, Kind};

/// An account: twelve decimal digits. Every read and write takes one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountId(u64);

impl AccountId {
    /// The account of a listener that has no keys: `000000000000`.
    pub const LOCAL: Self = Self(0);

    /// The account as a number below 10^12, for compact storage.
    pub fn as_u64(self) -> u64 {
        self.0
    }

    /// The account of a stored number; `None` at 10^12 and above.
    pub fn from_u64(number: u64) -> Option<Self> {
        (number < 1_000_000_000_000).then_some(Self(number))
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digits = [b'0'; 12];
        let mut rest = self.0;
        for digit in digits.iter_mut().rev() {
            *digit += (rest % 10) as u8;
            rest /= 10;
        }
        f.write_str(str::from_utf8(&digits).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for AccountId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        if text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit()) {
            Ok(Self(text.parse().unwrap_or_default()))
        } else {
            Err(Error::new(
                Kind::Invalid,
                "InvalidAccount",
                format!(
                    "'{}' is not an account: twelve digits",
                    text.escape_default()
                ),
            ))
        }
    }
}

impl TryFrom<String> for AccountId {
    type Error = Error;

    fn try_from(text: String) -> Result<Self, Error> {
        text.parse()
    }
}

impl From<AccountId> for String {
    fn from(account: AccountId) -> Self {
        account.to_string()
    }
}
