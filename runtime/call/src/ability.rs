//! What functions ask of the platform while they run, and the port to whoever does it.

use std::fmt;
use std::ops::Range;

use async_trait::async_trait;
use bytes::Bytes;
use steploom_types::{Callee, Error, Grant, Json, Name, Timestamp};

/// Something that a function asks for, within its own account.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// To invoke a function and wait for its result.
    Invoke {
        /// The function.
        function: Callee,
        /// Its event.
        event: Json,
    },
    /// To start an execution.
    Start {
        /// Of this machine.
        machine: Name,
        /// Its name, which makes the start idempotent.
        name: Option<Name>,
        /// Its input.
        input: Json,
    },
    /// To end a task well.
    Succeed {
        /// The task.
        token: String,
        /// Its result.
        output: Json,
    },
    /// To end a task badly.
    Fail {
        /// The task.
        token: String,
        /// The name that `Retry` and `Catch` match.
        error: Option<String>,
        /// Why, for people.
        cause: Option<String>,
    },
    /// To say that a task is still being worked on.
    Heartbeat {
        /// The task.
        token: String,
    },
    /// To learn of a bucket.
    Bucket {
        /// Its name.
        bucket: Name,
    },
    /// To learn of an object.
    About {
        /// Where it is.
        bucket: Name,
        /// Its key.
        key: String,
    },
    /// To read an object, or a part of it.
    Read {
        /// Where it is.
        bucket: Name,
        /// Its key.
        key: String,
        /// Which bytes; what is behind its end is left out.
        range: Range<u64>,
    },
    /// To write an object, replacing what is there.
    Write {
        /// Where it is.
        bucket: Name,
        /// Its key.
        key: String,
        /// What its content is.
        content_type: Option<String>,
        /// The content.
        content: Bytes,
    },
    /// To copy an object, with what is said of it, replacing what is there.
    Copy {
        /// Where it is.
        bucket: Name,
        /// Its key.
        key: String,
        /// Where the copy is to be.
        to_bucket: Name,
        /// The copy's key.
        to_key: String,
    },
    /// To delete an object; there may be none.
    Remove {
        /// Where it is.
        bucket: Name,
        /// Its key.
        key: String,
    },
    /// To list keys of objects.
    List {
        /// Where they are.
        bucket: Name,
        /// Only those that begin so.
        prefix: String,
        /// Only those behind this one.
        after: Option<String>,
    },
    /// To read values.
    Get {
        /// Where they are.
        store: Name,
        /// Their keys.
        keys: Vec<String>,
    },
    /// To write values, all of them or none.
    Set {
        /// Where they are.
        store: Name,
        /// Keys and values.
        values: Vec<(String, Bytes)>,
    },
    /// To delete values; there may be none.
    Delete {
        /// Where they are.
        store: Name,
        /// Their keys.
        keys: Vec<String>,
    },
    /// To add to a value that is a number; one that is not there is 0.
    Increment {
        /// Where it is.
        store: Name,
        /// Its key.
        key: String,
        /// What is added.
        by: i64,
    },
    /// To list keys of values.
    Keys {
        /// Where they are.
        store: Name,
        /// Only those that begin so.
        prefix: String,
        /// Only those behind this one.
        after: Option<String>,
    },
    /// To read one of the function's own variables.
    Config {
        /// Its name.
        key: String,
    },
    /// To read all of them.
    Variables,
}

/// What a function is given.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// It is done.
    Done,
    /// The result of an invoked function.
    Result(Json),
    /// An execution that was started, as a list of them shows it.
    Started(Json),
    /// When a bucket was made.
    MadeAt(Timestamp),
    /// What is known of an object.
    About {
        /// Bytes of its content.
        size_bytes: u64,
        /// When it was put.
        modified_at: Timestamp,
    },
    /// An object.
    Object {
        /// What its content is.
        content_type: String,
        /// Its content.
        content: Bytes,
    },
    /// A page of keys.
    Keys {
        /// The keys, in order.
        keys: Vec<String>,
        /// The next page is behind this one; there is none if `None`.
        next: Option<String>,
    },
    /// Values, each in its key's place.
    Values(Vec<Option<Bytes>>),
    /// A number, after it was added to.
    Number(i64),
    /// A variable, if there is one of that name.
    Variable(Option<String>),
    /// All variables, by name.
    Variables(Vec<(String, String)>),
}

/// Why a function is not given what it asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unanswered {
    /// A name that programs may match; of a function that was invoked and failed, its error's.
    pub code: String,
    /// What is wrong and what to do.
    pub message: String,
}

/// What a function may ask for, by its own rules.
#[async_trait]
pub trait Abilities: Send + Sync + fmt::Debug {
    /// Whether something is granted.
    fn is_granted(&self, wanted: &Grant) -> bool;

    /// Does what is asked, or says why not. The caller's own time ends at `deadline`. Dropping the future gives it
    /// up; what was asked may be done then or not.
    ///
    /// # Errors
    /// [`Unanswered`].
    async fn ask(&self, ask: Ask, deadline: Timestamp) -> Result<Answer, Unanswered>;
}

impl Ask {
    /// The bytes of a whole object.
    pub const WHOLE: Range<u64> = 0..u64::MAX;

    /// The grants that it takes, all of them.
    pub fn grants(&self) -> Vec<Grant> {
        let wanted = match self {
            Self::Invoke { function, .. } => Grant::Invoke(Some(function.clone())),
            Self::Start { machine, .. } => Grant::Start(Some(machine.clone())),
            Self::Succeed { .. } | Self::Fail { .. } | Self::Heartbeat { .. } => Grant::Tasks,
            Self::Bucket { bucket }
            | Self::About { bucket, .. }
            | Self::Read { bucket, .. }
            | Self::Write { bucket, .. }
            | Self::Remove { bucket, .. }
            | Self::List { bucket, .. } => Grant::Objects(bucket.clone()),
            Self::Copy {
                bucket, to_bucket, ..
            } => {
                let both = [bucket, to_bucket];
                return both.map(|one| Grant::Objects(one.clone())).into();
            }
            Self::Get { store, .. }
            | Self::Set { store, .. }
            | Self::Delete { store, .. }
            | Self::Increment { store, .. }
            | Self::Keys { store, .. } => Grant::Keyvalue(store.clone()),
            Self::Config { .. } | Self::Variables => Grant::Config,
        };
        vec![wanted]
    }
}

impl Unanswered {
    /// Of this name, for this reason.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
        }
    }
}

impl From<Error> for Unanswered {
    fn from(error: Error) -> Self {
        Self::new(error.code, error.message)
    }
}
