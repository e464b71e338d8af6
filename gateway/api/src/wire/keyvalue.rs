//! Values by key, in named stores.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which keys of a store to list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct ListStoreKeys {
    /// Only those that begin so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// Only those behind this key; `next` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// How many: 1 to 1,000; 100 if left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// Keys of a store, by their bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StoreKeys {
    /// The keys.
    pub keys: Vec<String>,
    /// Pass as `after` to get the page after this; absent on the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// What to add to a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct IncrementValue {
    /// A whole number, below 0 as well; 1 if left out.
    pub by: i64,
}

impl Default for IncrementValue {
    fn default() -> Self {
        Self { by: 1 }
    }
}

/// What came of adding to a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Incremented {
    /// The number that is there now.
    pub value: i64,
}
