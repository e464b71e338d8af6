//! Addresses under which functions answer HTTP.

use serde::{Deserialize, Serialize};
use steploom_types::{AccountId, Name, Timestamp};

/// An address under which a function, or an alias of it, answers HTTP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FunctionUrl {
    /// What tells it from others, of all accounts.
    pub id: Name,
    /// Who may call.
    pub auth: UrlAuth,
    /// Which pages of other origins may call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cors: Option<UrlCors>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed.
    pub changed_at: Timestamp,
}

/// Who may call a function by its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum UrlAuth {
    /// Everybody.
    #[serde(rename = "NONE")]
    Nobody,
    /// Who may invoke the function.
    #[serde(rename = "AWS_IAM")]
    Known,
}

/// Which pages of other origins may call, as AWS has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UrlCors {
    /// Whether with what the browser knows of its user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allow_credentials: Option<bool>,
    /// Headers that they may send; `*` is all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allow_headers: Vec<String>,
    /// Methods that they may use; `*` is all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allow_methods: Vec<String>,
    /// Where they may come from; `*` is anywhere.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allow_origins: Vec<String>,
    /// Headers of the answer that they may read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub expose_headers: Vec<String>,
    /// Seconds for which a browser may rely on this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_age: Option<u32>,
}

/// Makes an address or changes it; what is left out stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PutFunctionUrl {
    /// Whether it is to be made, and must not be there; else it must.
    pub is_new: bool,
    /// See [`FunctionUrl::auth`]; nobody is asked who they are, if nothing was ever said.
    pub auth: Option<UrlAuth>,
    /// See [`FunctionUrl::cors`].
    pub cors: Option<UrlCors>,
}

/// What an address stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundUrl {
    /// Whose function it is.
    pub account: AccountId,
    /// The function.
    pub function: Name,
    /// An alias of it.
    pub alias: Option<Name>,
    /// The address.
    pub url: FunctionUrl,
}
