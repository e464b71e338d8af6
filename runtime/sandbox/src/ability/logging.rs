//! `wasi:logging/logging`: lines of the function's log with a level and a context, to components that are granted
//! `logging`. They have the form of those that the languages' helpers write.

use serde_json::json;
use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentType, Lift, Linker};

use crate::guest::Guest;

/// The interface.
pub(crate) const LOGGING: &str = "wasi:logging/logging@0.1.0-draft";

/// How grave a line is.
#[derive(Clone, Copy, ComponentType, Lift)]
#[component(enum)]
#[repr(u8)]
#[expect(dead_code, reason = "guests make them, by their number")]
enum Level {
    #[component(name = "trace")]
    Trace,
    #[component(name = "debug")]
    Debug,
    #[component(name = "info")]
    Info,
    #[component(name = "warn")]
    Warn,
    #[component(name = "error")]
    Error,
    #[component(name = "critical")]
    Critical,
}

impl Level {
    fn as_str(self) -> &'static str {
        match self {
            Self::Trace => "TRACE",
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
            Self::Critical => "CRITICAL",
        }
    }
}

/// Links the interface.
///
/// # Errors
/// Never with our engine.
pub(super) fn add_to_linker(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    linker.instance(LOGGING)?.func_wrap(
        "log",
        |guest: StoreContextMut<'_, Guest>, (level, context, message): (Level, String, String)| {
            log(guest, level, context, &message);
            Ok(())
        },
    )
}

fn log(mut guest: StoreContextMut<'_, Guest>, level: Level, context: String, message: &str) {
    let mut line = json!({"level": level.as_str(), "message": message});
    if !context.is_empty() {
        line["context"] = context.into();
    }
    guest.data_mut().platform.log(&line);
}
