//! Addresses under which functions answer HTTP.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use steploom_types::{AccountId, Name, Timestamp};
use utoipa::{IntoParams, ToSchema};

/// An address under which a function, or an alias of it, answers HTTP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FunctionUrl {
    /// What tells it from others, of all accounts.
    #[schema(value_type = String)]
    pub id: Name,
    /// Who may call.
    pub auth: UrlAuth,
    /// Which pages of other origins may call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cors: Option<UrlCors>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was changed.
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: Timestamp,
}

/// Who may call a function by its address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum UrlAuth {
    /// Everybody: nobody is asked who they are.
    #[serde(rename = "none")]
    Nobody,
    /// Who may invoke the function.
    #[default]
    #[serde(rename = "key")]
    Known,
}

/// Which pages of other origins may call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
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

/// Who may call a function by its address, all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SetUrl {
    /// Who may call; who may invoke the function, if left out.
    pub auth: UrlAuth,
    /// Which pages of other origins may call; none, if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cors: Option<UrlCors>,
}

/// An address and where it leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FunctionAddress {
    /// The address, by the host that it was asked of.
    #[schema(example = "http://127.0.0.1:8080/url/0123456789abcdef0123456789abcdef/")]
    pub url: String,
    /// The same by the names of its account, function and alias.
    #[schema(example = "http://127.0.0.1:8080/fn/000000000000/count/")]
    pub by_name: String,
    /// The rest.
    #[serde(flatten)]
    pub settings: FunctionUrl,
}

/// A function's addresses by alias; its own stands under the empty text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FunctionAddresses {
    /// The addresses.
    pub items: BTreeMap<String, FunctionAddress>,
}

/// Whose address is meant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct OfAlias {
    /// That of this alias; that of the function as it is, if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(value_type = Option<String>)]
    pub alias: Option<Name>,
}
