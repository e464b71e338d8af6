//! Connections: named credentials for calls that tasks make over HTTP.

use serde::{Deserialize, Serialize};
use steploom_types::{Name, Timestamp};
use utoipa::ToSchema;

/// How a connection lets its calls prove who they are.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", tag = "type", deny_unknown_fields)]
pub enum ConnectionAuth {
    /// A user's name and password, as RFC 7617 has it.
    #[serde(rename_all = "camelCase")]
    Basic {
        /// The user.
        username: String,
        /// The password; never shown again.
        password: String,
    },
    /// A secret in a header.
    #[serde(rename_all = "camelCase")]
    ApiKey {
        /// The header's name.
        name: String,
        /// Its value; never shown again.
        value: String,
    },
}

/// A parameter that a connection adds to each call.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConnectionParameter {
    /// Its name.
    pub name: String,
    /// Its value; never shown again.
    pub value: String,
}

/// Makes a connection, or replaces one.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PutConnection {
    /// How its calls prove who they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth: Option<ConnectionAuth>,
    /// Headers that are added.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub headers: Vec<ConnectionParameter>,
    /// Query parameters that are added.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub query: Vec<ConnectionParameter>,
    /// Fields that are added to a body that is an object.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub body: Vec<ConnectionParameter>,
}

/// A connection, without its secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Connection {
    /// Its name.
    #[schema(value_type = String, example = "billing")]
    pub name: Name,
    /// What a task's `ConnectionArn` names it by.
    pub arn: String,
    /// `basic`, `apiKey` or `none`.
    pub auth: String,
    /// When it was made or replaced.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

/// A page of connections, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionPage {
    /// The connections.
    pub items: Vec<Connection>,
    /// Pass as `next` to get the page after this; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}
