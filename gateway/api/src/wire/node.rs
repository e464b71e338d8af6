//! The process itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What answers at `/`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Index {
    /// The product's name.
    #[schema(example = "Steploom")]
    pub name: String,
    /// Its version.
    pub version: String,
    /// Where to go from here, by name.
    pub links: BTreeMap<String, String>,
}
