//! `wasi:config/store`: the function's own variables, to components that are granted `config`.

use steploom_call::{Answer, Ask, Unanswered};
use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentType, Linker, Lower};

use crate::guest::Guest;

/// The interface.
pub(crate) const STORE: &str = "wasi:config/store@0.2.0-rc.1";

/// Why there is no value.
#[derive(ComponentType, Lower)]
#[component(variant)]
enum Error {
    #[component(name = "upstream")]
    Upstream(String),
    #[component(name = "io")]
    #[expect(dead_code, reason = "the interface has it; nothing here fails so")]
    Io(String),
}

impl From<Unanswered> for Error {
    fn from(why: Unanswered) -> Self {
        Self::Upstream(format!("{}: {}", why.code, why.message))
    }
}

/// Links the interface.
///
/// # Errors
/// Never with our engine.
pub(super) fn add_to_linker(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    let mut interface = linker.instance(STORE)?;
    interface.func_wrap_async(
        "get",
        |guest: StoreContextMut<'_, Guest>, (key,): (String,)| {
            Box::new(async move { Ok((get(guest, key).await,)) })
        },
    )?;
    interface.func_wrap_async("get-all", |guest: StoreContextMut<'_, Guest>, (): ()| {
        Box::new(async move { Ok((all(guest).await,)) })
    })
}

async fn get(mut guest: StoreContextMut<'_, Guest>, key: String) -> Result<Option<String>, Error> {
    match guest.data_mut().platform.ask(Ask::Config { key }).await? {
        Answer::Variable(value) => Ok(value),
        other => Err(super::confused(&other).into()),
    }
}

async fn all(mut guest: StoreContextMut<'_, Guest>) -> Result<Vec<(String, String)>, Error> {
    match guest.data_mut().platform.ask(Ask::Variables).await? {
        Answer::Variables(variables) => Ok(variables),
        other => Err(super::confused(&other).into()),
    }
}
