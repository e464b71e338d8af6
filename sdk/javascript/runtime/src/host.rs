//! What the built-in modules cannot do in JavaScript: the module `steploom:host`.

use std::cell::Cell;

use rquickjs::module::{Declarations, Exports, ModuleDef};
use rquickjs::prelude::{Func, Opt};
use rquickjs::{Ctx, Error, Exception, Function, Object, Result, TypedArray, Value};

use crate::files::Kind;
use crate::{disk, modules, platform, random, raw, system};

thread_local! {
    static EXIT: Cell<Option<i32>> = const { Cell::new(None) };
    static LOADING: Cell<bool> = const { Cell::new(true) };
}

/// The code that `process.exit` was called with, if it was.
pub(crate) fn exit_code() -> Option<i32> {
    EXIT.get()
}

/// Whether the function is being loaded, which is before there are folders.
pub(crate) fn is_loading() -> bool {
    LOADING.get()
}

/// Says that loading is over.
pub(crate) fn end_loading() {
    LOADING.set(false);
}

/// The module.
pub(crate) struct Host;

/// Declares and exports from one list.
macro_rules! functions {
    ($($name:literal: $function:expr),* $(,)?) => {
        impl ModuleDef for Host {
            fn declare(declarations: &Declarations<'_>) -> Result<()> {
                $(declarations.declare($name)?;)*
                Ok(())
            }

            fn evaluate<'js>(_: &Ctx<'js>, exports: &Exports<'js>) -> Result<()> {
                $(exports.export($name, Func::from($function))?;)*
                Ok(())
            }
        }
    };
}

functions! {
    "ask": ask,
    "compile": compile,
    "decode": decode,
    "encode": encode,
    "environment": environment,
    "exit": exit,
    "files": files,
    "fuel": fuel,
    "find": find,
    "isLoading": is_loading,
    "kind": kind,
    "monotonicMs": system::monotonic_ms,
    "namespace": namespace,
    "parseUrl": crate::url::parse,
    "random": random::next,
    "randomBytes": random_bytes,
    "sleepMs": system::sleep_ms,
    "text": text,
    "write": write,
    "diskList": disk::list,
    "diskMakeFolder": disk::make_folder,
    "diskRead": disk::read,
    "diskRemove": disk::remove,
    "diskRename": disk::rename,
    "diskStat": disk::stat,
    "diskWrite": disk::write,
}

fn write(stream: u32, text: String) {
    system::write(stream, text.as_bytes());
}

fn environment(ctx: Ctx<'_>) -> Result<Object<'_>> {
    let variables = Object::new(ctx)?;
    for (name, value) in system::environment() {
        variables.set(name, value)?;
    }
    Ok(variables)
}

fn random_bytes(ctx: Ctx<'_>, count: u32) -> Result<TypedArray<'_, u8>> {
    let mut bytes = vec![0; count as usize];
    if !system::fill_random(&mut bytes) {
        return Err(Exception::throw_message(
            &ctx,
            "there is no randomness here",
        ));
    }
    TypedArray::new(ctx, bytes)
}

/// The platform's answer to a request: a line of JSON, then bytes as they are.
fn ask<'js>(ctx: Ctx<'js>, line: String, body: TypedArray<'js, u8>) -> Result<TypedArray<'js, u8>> {
    let mut request = line.into_bytes();
    request.push(b'\n');
    request.extend(raw::copy(&body));
    TypedArray::new(ctx, platform::ask(&request))
}

/// How much fuel is left; no number of it is so large that it would lose digits.
fn fuel() -> f64 {
    platform::fuel() as f64
}

fn encode(ctx: Ctx<'_>, text: String) -> Result<TypedArray<'_, u8>> {
    TypedArray::new(ctx, text.into_bytes())
}

/// The text of UTF-8; undefined if it is none and may not be mended.
fn decode(bytes: TypedArray<'_, u8>, is_strict: bool) -> Option<String> {
    match String::from_utf8(raw::copy(&bytes)) {
        Ok(text) => Some(text),
        Err(_) if is_strict => None,
        Err(error) => Some(String::from_utf8_lossy(error.as_bytes()).into_owned()),
    }
}

/// Ends the call: no `catch` sees this, and whatever may run on does not count.
fn exit(ctx: Ctx<'_>, code: Opt<i32>) -> Result<()> {
    EXIT.set(Some(code.0.unwrap_or(0)));
    let error = Exception::from_message(ctx.clone(), "the process ends")?;
    raw::make_uncatchable(&ctx, &error);
    Err(error.throw())
}

/// The whole name of what `name` means in the file `base`.
fn find(ctx: Ctx<'_>, base: String, name: String) -> Result<String> {
    modules::find(&base, &name).map_err(|message| modules::missing(&ctx, &message))
}

fn kind(ctx: Ctx<'_>, path: String) -> &'static str {
    match modules::kind(&ctx, &path) {
        Kind::Module => "module",
        Kind::CommonJs => "commonjs",
        Kind::Json => "json",
    }
}

fn compile(ctx: Ctx<'_>, path: String) -> Result<Function<'_>> {
    modules::compile(&ctx, &path)
}

fn namespace(ctx: Ctx<'_>, name: String) -> Result<Value<'_>> {
    modules::namespace(&ctx, &name)
}

fn text(path: String) -> Option<String> {
    modules::with_package(|package| package.files.get(&path).cloned())
}

fn files() -> Vec<String> {
    modules::with_package(|package| package.files.keys().cloned().collect())
}

/// Throws what a file operation ran into, by the name that Node has for it.
pub(crate) fn disk_error(ctx: &Ctx<'_>, error: &std::io::Error) -> Error {
    Exception::throw_message(ctx, disk::code(error))
}
