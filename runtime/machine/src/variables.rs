//! Variables: what `Assign` sets, read by states that come later in the same scope and by the
//! scopes within them.
//!
//! A branch or an iteration begins with what it finds around it; what it assigns vanishes with it.
//! Scopes share until one assigns, so those that never do cost nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use steploom_types::Json;
use steploom_types::limits::variables::{ASSIGN_BYTES_MAX, VARIABLE_BYTES_MAX};

use crate::snapshot::{Reader, Snap, Writer};

/// The variables that a frame sees.
#[derive(Clone, Debug, Default)]
pub(crate) struct Variables(Option<Arc<BTreeMap<Arc<str>, Json>>>);

/// What one `Assign` sets, by name.
#[derive(Clone, Debug, PartialEq)]
pub struct Assigned(Vec<(Arc<str>, Json)>);

impl Variables {
    /// The value, if the variable was assigned.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.0.as_ref()?.get(name).map(Json::value)
    }

    /// Those of what is around a range.
    pub(crate) fn of(all: BTreeMap<String, Json>) -> Self {
        let named = |(name, value): (String, Json)| (name.into(), value);
        let all: BTreeMap<Arc<str>, Json> = all.into_iter().map(named).collect();
        Self((!all.is_empty()).then(|| Arc::new(all)))
    }

    /// All of them, by name.
    pub(crate) fn all(&self) -> BTreeMap<String, Json> {
        let all = self.0.iter().flat_map(|all| all.iter());
        all.map(|(name, value)| (name.to_string(), value.clone()))
            .collect()
    }

    /// By how many bytes all of them become larger if these are set.
    pub(crate) fn growth(&self, assigned: &Assigned) -> i64 {
        let before = |name: &str| self.0.as_ref()?.get(name).map(Json::size);
        let grown = |(name, value): (&str, &Json)| {
            value.size() as i64 - before(name).unwrap_or_default() as i64
        };
        assigned.iter().map(grown).sum()
    }

    /// Sets variables.
    pub(crate) fn set(&mut self, assigned: Assigned) {
        if assigned.0.is_empty() {
            return;
        }
        Arc::make_mut(self.0.get_or_insert_default()).extend(assigned.0);
    }
}

impl Assigned {
    /// What an evaluated `Assign` sets: its fields.
    pub(crate) fn new(made: Value) -> Self {
        let Value::Object(fields) = made else {
            return Self(Vec::new());
        };
        let named = |(name, value): (String, Value)| (name.into(), value.into());
        Self(fields.into_iter().map(named).collect())
    }

    /// Each name with its value, in the order of the definition.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Json)> {
        self.0.iter().map(|(name, value)| (&**name, value))
    }

    /// Whether one value, or all of them, are larger than they may be.
    pub(crate) fn is_too_large(&self) -> bool {
        let mut sizes = self.0.iter().map(|(_, value)| value.size());
        let mut all = 0;
        sizes.any(|size| {
            all += size;
            size > VARIABLE_BYTES_MAX || all > ASSIGN_BYTES_MAX
        })
    }
}

impl Snap for Variables {
    fn put(&self, out: &mut Writer) {
        self.0.put(out);
    }

    fn take(from: &mut Reader<'_>) -> Option<Self> {
        Snap::take(from).map(Self)
    }
}
