//! Finds and makes modules: the function's own files, and the built-in ones.

use std::cell::RefCell;

use rquickjs::context::EvalOptions;
use rquickjs::loader::{ImportAttributes, Loader, Resolver};
use rquickjs::module::{Declared, Module};
use rquickjs::{Ctx, Error, Exception, Function, Object, Result, Value};

use crate::builtins;
use crate::files::{self, Kind, Package};
use crate::host::Host;

/// What only built-in modules may import: the functions of [`Host`].
pub(crate) const HOST: &str = "steploom:host";
/// How built-in modules name a file of the package; what follows is its whole path.
const FILE: &str = "file:";
/// The module that answers events, as it is asked for from here.
pub(crate) const MAIN: &str = "file:steploom:call";
/// Begins a `CommonJS` file; on the first line, so that line numbers stay.
const OPENING: &str = "(function (exports, require, module, __filename, __dirname) {";

thread_local! {
    static PACKAGE: RefCell<Package> = const { RefCell::new(Package {
        entry: String::new(),
        handler: String::new(),
        files: std::collections::BTreeMap::new(),
    }) };
}

/// Makes the package that modules are found in.
pub(crate) fn open(package: Package) {
    PACKAGE.set(package);
}

/// Looks into the package.
pub(crate) fn with_package<T>(look: impl FnOnce(&Package) -> T) -> T {
    PACKAGE.with_borrow(look)
}

/// Finds modules by what the importing one calls them.
pub(crate) struct Finder;

impl Resolver for Finder {
    fn resolve<'js>(
        &mut self,
        ctx: &Ctx<'js>,
        base: &str,
        name: &str,
        _: Option<ImportAttributes<'js>>,
    ) -> Result<String> {
        if let Some(path) = name.strip_prefix(FILE) {
            return Ok(path.to_owned());
        }
        let is_builtin = base.starts_with("steploom:") || builtins::source(base).is_some();
        if is_builtin {
            return Ok(name.to_owned());
        }
        find(base, name).map_err(|message| missing(ctx, &message))
    }
}

/// The whole name of what `name` means in the file `base`, or why there is none.
pub(crate) fn find(base: &str, name: &str) -> std::result::Result<String, String> {
    if let Some(name) = builtins::public(name) {
        return Ok(name.to_owned());
    }
    let is_path = name.starts_with("./") || name.starts_with("../") || [".", ".."].contains(&name);
    if is_path {
        return with_package(|package| package.find(base, name)).ok_or_else(|| {
            let files = with_package(|package| {
                let files: Vec<&str> = package.files.keys().map(String::as_str).take(20).collect();
                files.join(", ")
            });
            format!("{base} imports \"{name}\", which is not among the function's files: {files}")
        });
    }
    Err(format!(
        "{base} imports \"{name}\", which is not here. There are {}, and the function's own files, as \"./{}\"",
        builtins::list(),
        name.trim_start_matches('/')
    ))
}

/// Throws an error as Node does, with a name of its own.
pub(crate) fn missing(ctx: &Ctx<'_>, message: &str) -> Error {
    let thrown = Exception::from_message(ctx.clone(), message).and_then(|error| {
        error.as_object().set("name", "ModuleNotFound")?;
        error.as_object().set("code", "MODULE_NOT_FOUND")?;
        Ok(error)
    });
    match thrown {
        Ok(error) => error.throw(),
        Err(error) => error,
    }
}

/// Makes modules of what [`Finder`] found.
pub(crate) struct Maker;

impl Loader for Maker {
    fn load<'js>(
        &mut self,
        ctx: &Ctx<'js>,
        name: &str,
        _: Option<ImportAttributes<'js>>,
    ) -> Result<Module<'js, Declared>> {
        if name == HOST {
            return Module::declare_def::<Host, _>(ctx.clone(), name);
        }
        if let Some(source) = builtins::source(name) {
            return Module::declare(ctx.clone(), name, source);
        }
        let source = source(ctx, name)?;
        let source = match kind(ctx, name) {
            Kind::Module => source,
            Kind::CommonJs => wrap_common(name, &source),
            Kind::Json => wrap_json(name),
        };
        let module = Module::declare(ctx.clone(), name, source)?;
        let meta = module.meta()?;
        let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
        meta.set("url", format!("file:///function/{name}"))?;
        meta.set("filename", format!("/function/{name}"))?;
        meta.set(
            "dirname",
            format!("/function/{folder}").trim_end_matches('/'),
        )?;
        Ok(module)
    }
}

/// The text of a file of the package.
pub(crate) fn source(ctx: &Ctx<'_>, path: &str) -> Result<String> {
    with_package(|package| package.files.get(path).map(|text| hide_hashbang(text)))
        .ok_or_else(|| missing(ctx, &format!("the function has no file {path}")))
}

/// A first line for a shell is a comment here.
fn hide_hashbang(source: &str) -> String {
    match source.strip_prefix("#!") {
        Some(rest) => format!("//{rest}"),
        None => source.trim_start_matches('\u{feff}').to_owned(),
    }
}

/// How a file is run: as its name or `package.json` says, else as its text does.
pub(crate) fn kind(ctx: &Ctx<'_>, path: &str) -> Kind {
    if let Some(kind) = with_package(|package| package.kind(path)) {
        return kind;
    }
    let Ok(source) = source(ctx, path) else {
        return Kind::Module;
    };
    if !files::looks_like_module(&source) {
        return Kind::CommonJs;
    }
    if compile(ctx, path).is_ok() {
        return Kind::CommonJs;
    }
    ctx.catch();
    Kind::Module
}

/// A `CommonJS` file as the function that runs it.
pub(crate) fn compile<'js>(ctx: &Ctx<'js>, path: &str) -> Result<Function<'js>> {
    let source = source(ctx, path)?;
    let mut options = EvalOptions::default();
    options.strict = false;
    options.filename = Some(path.to_owned());
    let compiled = ctx.eval_with_options(format!("{OPENING}{source}\n}})"), options);
    compiled.map_err(|error| correct_column(ctx, path, error))
}

/// Takes what stands before the first line out of where a syntax error is.
fn correct_column(ctx: &Ctx<'_>, path: &str, error: Error) -> Error {
    if !matches!(error, Error::Exception) {
        return error;
    }
    let thrown = ctx.catch();
    if let Some(error) = thrown.as_object() {
        let stack: String = error.get("stack").unwrap_or_default();
        let start = format!("    at {path}:1:");
        if let Some(rest) = stack.strip_prefix(&start) {
            let digits = rest
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(rest.len());
            let column: usize = rest[..digits].parse().unwrap_or(0);
            let column = column.saturating_sub(OPENING.len()).max(1);
            let _ = error.set("stack", format!("{start}{column}{}", &rest[digits..]));
        }
    }
    ctx.throw(thrown)
}

/// The exports of an ES module that a `CommonJS` file requires; it must not wait for anything.
pub(crate) fn namespace<'js>(ctx: &Ctx<'js>, path: &str) -> Result<Value<'js>> {
    let promise = Module::import(ctx, format!("{FILE}{path}"))?;
    while promise.state() == rquickjs::promise::PromiseState::Pending && ctx.execute_pending_job() {
    }
    match promise.result::<Object>() {
        Some(result) => result.map(Object::into_value),
        None => Err(missing(
            ctx,
            &format!(
                "{path} waits for something at its top level: use await import() instead of require()"
            ),
        )),
    }
}

/// An ES module with what a `CommonJS` file exports.
fn wrap_common(path: &str, source: &str) -> String {
    let path = serde_json::Value::from(path);
    let mut text = format!(
        "import {{ requireFile }} from \"file:steploom:commonjs\";const all = requireFile({path});export default all;"
    );
    let names = files::export_names(source);
    let exports = names
        .iter()
        .enumerate()
        .map(|(at, name)| format!("const n{at} = all?.{name};export {{ n{at} as {name} }};"));
    text.extend(exports);
    text
}

/// An ES module with the value of a JSON file.
fn wrap_json(path: &str) -> String {
    let path = serde_json::Value::from(path);
    format!(
        "import {{ requireFile }} from \"file:steploom:commonjs\";export default requireFile({path});"
    )
}
