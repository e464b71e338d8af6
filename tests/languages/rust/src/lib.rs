//! A probe: does what the event says, be it good or bad, for the tables in ../../.

mod calls;

use std::collections::BTreeMap;
use std::hint::black_box;

use serde::{Deserialize, Serialize};
use steploom_function::{Context, Error, debug, error, info, warn};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Event {
    r#do: Option<String>,
    value: Json,
    error: String,
    message: String,
    name: String,
    key: String,
}

/// Any JSON.
#[derive(Default, Deserialize, Serialize)]
#[serde(untagged)]
enum Json {
    #[default]
    Null,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(String),
    List(Vec<Json>),
    Object(BTreeMap<String, Json>),
}

#[derive(Serialize)]
#[serde(untagged)]
enum Answer {
    Echo {
        value: Json,
    },
    Context {
        function: String,
        version: u32,
        retry: u32,
        execution: Option<String>,
        state: Option<String>,
    },
    Called(calls::Called),
    Empty {},
}

#[steploom_function::handler]
fn handler(event: Event, context: &Context) -> Result<Answer, Error> {
    match event.r#do.as_deref() {
        Some("echo") => Ok(Answer::Echo { value: event.value }),
        Some("fail") => Err(Error::new(event.error, event.message)),
        Some("panic") => panic!("as the event says"),
        Some("exit") => std::process::exit(3),
        Some("loop") => loop {},
        Some("bomb") => bomb(),
        Some("deep") => Err(Error::new("Shallow", deep(0).to_string())),
        Some("context") => {
            let Context {
                function,
                version,
                retry,
                execution,
                state,
                ..
            } = context.clone();
            Ok(Answer::Context {
                function,
                version,
                retry,
                execution,
                state,
            })
        }
        Some("log") => {
            debug!("one");
            info!("two", n = 2);
            warn!("three");
            error!("four");
            Ok(Answer::Empty {})
        }
        Some(what) => calls::probe(what, &event.name, &event.key, event.value).map(Answer::Called),
        None => Err(Error::new("UnknownProbe", "there is no such probe")),
    }
}

/// Takes memory until it is refused.
fn bomb() -> ! {
    let mut taken = Vec::new();
    loop {
        taken.push(black_box(vec![1_u8; 1 << 20]));
    }
}

/// Returns only after more calls than any stack has room for.
fn deep(level: usize) -> usize {
    let here = black_box(level);
    if level == usize::MAX {
        0
    } else {
        deep(level + 1) ^ black_box(here)
    }
}
