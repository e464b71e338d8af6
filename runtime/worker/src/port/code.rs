//! What was uploaded, as a module: a module itself, one in a zip, or a program, which is loaded into the
//! runtime of its language.

use bytes::Bytes;
use serde_json::Value;
use steploom_api::wire::FunctionSettings;
use steploom_call::{Context, Failure, Inspected, Kind, Limits, Loaded};
use steploom_package::{Archive, LANGUAGES, Language, Program};
use steploom_types::limits::package::LOAD_MS_MAX;
use steploom_types::{AccountId, Digest, Error, Json, Name, Result};

use super::Port;
use super::functions::refused;

/// Files of a zip that are shown of one without a handler.
const SHOWN_MAX: usize = 10;

/// A module that is ready to be stored.
pub(super) struct Upload {
    /// The module.
    pub(super) module: Bytes,
    /// How it is called.
    pub(super) kind: Kind,
    /// What it was made from, if not from itself.
    pub(super) source: Option<Digest>,
}

/// What bytes turned out to be.
enum Read {
    Module(Bytes, Inspected),
    Program(&'static Language, Program),
}

impl Port {
    /// Makes a module of what was uploaded. The settings that come back say the language that was found.
    ///
    /// # Errors
    /// `Invalid` when it is nothing that could be called.
    pub(super) async fn module_of(
        &self,
        account: AccountId,
        name: &Name,
        code: Bytes,
        mut settings: FunctionSettings,
    ) -> Result<(Upload, FunctionSettings)> {
        let (module, found, source) = match self.read(name, code.clone(), &settings).await? {
            Read::Module(module, found) => (module, found, None),
            Read::Program(language, program) => {
                let runtime: Name = language.name.parse()?;
                settings.runtime = Some(runtime.clone());
                let loaded = self.load(account, name, runtime, &program, &settings);
                let snapshot = loaded.await?.outcome.map_err(|failure| {
                    let (entry, error, cause) = (&program.entry, &failure.error, &failure.cause);
                    let place = place(language, &failure);
                    let message = format!("{entry} cannot be loaded: {error}: {cause}{place}");
                    Error::invalid("ProgramNotLoaded", message)
                })?;
                let source = self.shared.artifacts.put_source(&code).await?;
                (snapshot.module, snapshot.found, Some(source))
            }
        };
        let (least, most) = (found.memory_bytes_min, settings.memory_bytes_max);
        if least > most {
            return Err(Error::invalid(
                "MemoryTooSmall",
                format!(
                    "the module starts with {least} bytes of memory, more than its memoryBytesMax of {most}"
                ),
            ));
        }
        let upload = Upload {
            module,
            kind: found.kind,
            source,
        };
        Ok((upload, settings))
    }

    /// The gate reads a whole module, and a zip is unpacked: milliseconds a megabyte, beside the event loop.
    async fn read(&self, name: &Name, code: Bytes, settings: &FunctionSettings) -> Result<Read> {
        let runner = self.shared.runner.clone();
        let (name, runtime) = (name.clone(), settings.runtime.clone());
        let handler = settings.handler.clone();
        let grants = settings.grants.clone();
        let work = move || {
            let program = program(&name, &code, runtime.as_ref(), handler.as_deref())?;
            if let Some((language, program)) = program {
                return Ok(Read::Program(language, program));
            }
            let module = if Archive::is_one(&code) {
                Archive::open(code)?.module()?
            } else {
                code
            };
            let found = runner.inspect(&module, &grants)?;
            Ok(Read::Module(module, found))
        };
        #[expect(
            clippy::disallowed_methods,
            reason = "it is pure, and whoever waits for it waits for nothing else"
        )]
        let read = tokio::task::spawn_blocking(work);
        read.await.map_err(Error::internal)?
    }

    async fn load(
        &self,
        account: AccountId,
        name: &Name,
        runtime: Name,
        program: &Program,
        settings: &FunctionSettings,
    ) -> Result<Loaded> {
        let shared = &self.shared;
        let package = serde_json::to_value(program).map_err(Error::internal)?;
        let environment = settings.environment.clone().into_iter().collect();
        let program = steploom_call::Program {
            runtime,
            package: Json::from(package),
            limits: Limits {
                timeout_ms: LOAD_MS_MAX,
                memory_bytes_max: settings.memory_bytes_max,
                disk_bytes_max: 0,
                ..Limits::default()
            },
            environment,
            context: Context {
                request_id: self.request_id().into(),
                function: name.clone(),
                version: 0,
                account,
                deadline: None,
                execution: None,
                state: None,
                attempt: None,
                retry: 0,
                traceparent: None,
            },
        };
        let loaded = shared.runner.load_program(program).await;
        loaded.map_err(|refusal| refused(name, refusal))
    }
}

/// The program that bytes are, unless they are a module or have one in them.
fn program(
    name: &Name,
    code: &Bytes,
    runtime: Option<&Name>,
    handler: Option<&str>,
) -> Result<Option<(&'static Language, Program)>> {
    let language = runtime.map(language).transpose()?;
    if Archive::is_one(code) {
        let mut archive = Archive::open(code.clone())?;
        if language.is_none() && archive.has_module() {
            return Ok(None);
        }
        let files = archive.texts()?;
        if let Some(language) = language {
            let program = Program::of_files(language, handler, files)?;
            return Ok(Some((language, program)));
        }
        let guess = |language: &'static Language| {
            let program = Program::of_files(language, handler, files.clone());
            program.ok().map(|program| (language, program))
        };
        let mut found: Vec<_> = LANGUAGES.iter().filter_map(guess).collect();
        if found.len() > 1 {
            return Err(several(&found));
        }
        return found.pop().map(Some).ok_or_else(|| {
            let message = format!(
                "the zip has neither a WebAssembly module (*.wasm) nor a program whose handler is where it usually is; name its 'runtime' ({}) and its 'handler'; there is {}",
                names(),
                files.keys().take(SHOWN_MAX).cloned().collect::<Vec<_>>().join(", ")
            );
            Error::invalid("NoHandler", message)
        });
    }
    let Some(language) = language else {
        return Ok(None);
    };
    let text = str::from_utf8(code).map_err(|error| {
        let message = format!("the program is no text in UTF-8: {error}");
        Error::invalid("NotText", message)
    })?;
    let program = Program::of_text(language, name, handler, text.to_owned())?;
    Ok(Some((language, program)))
}

/// Where in a program loading failed, behind a space: the innermost place that its stack names. Python says that last.
fn place(language: &Language, failure: &Failure) -> String {
    let object = failure.object.as_deref().unwrap_or_default();
    let told: Value = serde_json::from_str(object).unwrap_or_default();
    let stack = told["stackTrace"].as_array().into_iter().flatten();
    let mut places = stack
        .filter_map(|entry| Some(entry.as_str()?.lines().next()?.trim()))
        .filter(|line| line.starts_with("at ") || line.starts_with("File "));
    let found = match language.name {
        "python" => places.next_back(),
        _ => places.next(),
    };
    found.map_or_else(String::new, |place| format!(" ({place})"))
}

/// A zip of which nobody can tell what is meant.
fn several(found: &[(&'static Language, Program)]) -> Error {
    let all: Vec<_> = found
        .iter()
        .map(|(language, program)| format!("{} ({})", language.title, program.entry))
        .collect();
    let message = format!(
        "the zip has handlers in {}; say which with its 'runtime' ({})",
        all.join(" and in "),
        names()
    );
    Error::invalid("AmbiguousLanguage", message)
}

fn language(runtime: &Name) -> Result<&'static Language> {
    Language::by_name(runtime.as_str()).ok_or_else(|| {
        let message = format!("there is no runtime '{runtime}'; there are {}", names());
        Error::invalid("UnknownRuntime", message)
    })
}

fn names() -> String {
    let names: Vec<_> = LANGUAGES.iter().map(|language| language.name).collect();
    names.join(", ")
}
