//! Objects that are put in parts, while their parts come.

use steploom_types::Timestamp;

use super::Object;

/// An object that is being put in parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// The key that the object will have.
    pub key: String,
    /// Its id: never used for another upload.
    pub id: String,
    /// What is known of the object: JSON text, with a shape that belongs to the worker.
    pub facets: String,
    /// When it was begun.
    pub started_at: Timestamp,
}

/// One of an upload's parts, without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its number, from 1: the order of parts.
    pub number: u32,
    /// Where its content lies in object storage. Never used for another content.
    pub blob: String,
    /// Bytes of its content.
    pub size_bytes: u64,
    /// What is known of its content: JSON text, with a shape that belongs to the worker.
    pub facets: String,
    /// When it was put.
    pub modified_at: Timestamp,
}

/// What an object may be put over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Over {
    /// Whatever is there, or nothing.
    Anything,
    /// Nothing: there is no object of that key.
    Nothing,
    /// The object whose content lies there.
    Blob(String),
}

impl Over {
    /// Whether it may be put over what is there.
    pub fn allows(&self, before: Option<&Object>) -> bool {
        match self {
            Self::Anything => true,
            Self::Nothing => before.is_none(),
            Self::Blob(blob) => before.is_some_and(|before| before.blob == *blob),
        }
    }
}

/// What an upload becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finish {
    /// The upload's id.
    pub id: String,
    /// The parts that the object is made of, by number and content. They must be there.
    pub parts: Vec<(u32, String)>,
    /// The object.
    pub object: Object,
    /// What it may be put over.
    pub over: Over,
}

impl Finish {
    /// What is left of all parts once those of the object are taken; `None` if one of these is not there.
    pub fn unused(&self, mut all: Vec<Part>) -> Option<Vec<Part>> {
        for (number, blob) in &self.parts {
            let at = all.binary_search_by_key(number, |part| part.number).ok()?;
            if all.remove(at).blob != *blob {
                return None;
            }
        }
        Some(all)
    }
}

/// What nobody needs any more once an upload has become an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Finished {
    /// What the object replaced.
    pub before: Option<Object>,
    /// Parts that are not in the object.
    pub unused: Vec<Part>,
}
