//! How a function's events are handled: invocations that nobody waits for.

use serde::{Deserialize, Serialize};
use steploom_types::Timestamp;

/// How the events of one version or alias of a function are handled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EventSettings {
    /// How often an event is tried again that the function failed on: 0 to 2, after about one minute and two. What
    /// who invokes has as a default, if `None`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_retries: Option<u32>,
    /// Seconds after which an event is not tried any more: 60 to 21,600, which is the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age_seconds: Option<u32>,
    /// Who is told how an event ended.
    #[serde(flatten)]
    pub destinations: Destinations,
    /// When this was said.
    pub changed_at: Timestamp,
}

/// Who is told how an event ended: ARNs of functions or machines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Destinations {
    /// Who hears that it went well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_success: Option<String>,
    /// Who hears that it failed for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_failure: Option<String>,
}

/// Says how events are handled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PutEventSettings {
    /// Whether there must be something to change, of which stays what is left out here.
    pub is_change: bool,
    /// See [`EventSettings::max_retries`].
    pub max_retries: Option<u32>,
    /// See [`EventSettings::max_age_seconds`].
    pub max_age_seconds: Option<u32>,
    /// See [`EventSettings::destinations`].
    pub destinations: Option<Destinations>,
}
