//! How a function's events are handled: invocations that nobody waits for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use steploom_types::Timestamp;
use utoipa::{IntoParams, ToSchema};

/// How the events of one version or alias of a function are handled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventSettings {
    /// How often an event is tried again that the function failed on: 0 to 2, after about one minute and two. What
    /// who invokes has as a default, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_retries: Option<u32>,
    /// Seconds after which an event is not tried any more: 60 to 21,600, which is the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age_seconds: Option<u32>,
    /// Who is told how an event ended.
    #[serde(flatten)]
    pub destinations: Destinations,
    /// When this was said.
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: Timestamp,
}

/// Who is told how an event ended: ARNs of functions or machines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
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

/// How events are handled, all of it: what is left out is as if nothing had been said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SetEvents {
    /// How often an event is tried again that the function failed on: 0 to 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_retries: Option<u32>,
    /// Seconds after which an event is not tried any more: 60 to 21,600.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_age_seconds: Option<u32>,
    /// Who hears that it went well: the ARN of a function or a machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_success: Option<String>,
    /// Who hears that it failed for good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_failure: Option<String>,
}

/// How the events of a function are handled, by what is invoked: `$LATEST`, a release's number or an alias.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FunctionEvents {
    /// What was said of them.
    pub items: BTreeMap<String, EventSettings>,
}

/// Which of a function's events are meant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct OfQualifier {
    /// Those of this release or alias; those of the function as it is, if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qualifier: Option<String>,
}
