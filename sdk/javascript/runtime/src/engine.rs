//! Loads a package and answers events, with one engine that lives as long as the memory.

use std::cell::OnceCell;

use rquickjs::{
    CatchResultExt as _, Context, Ctx, Function, Module, Object, Persistent, Runtime, Value,
};

use crate::files::Package;
use crate::{host, modules, random};

/// Bytes of the module's own stack that JavaScript may take before it is a `RangeError`. The host gives 2 MiB for
/// WebAssembly's own frames, which grow along: see the README for what was measured.
const STACK_BYTES_MAX: usize = 1 << 20;
/// Bytes that a call may allocate before unreachable cycles are looked for; most calls end before.
const COLLECT_BYTES: usize = 16 << 20;

/// What a load or a call came to.
#[derive(Debug)]
pub(crate) struct Answer {
    /// JSON: a result, or an error's `errorType` and `errorMessage`.
    pub(crate) json: String,
    /// Whether it is an error.
    pub(crate) failed: bool,
}

impl Answer {
    fn error(name: &str, message: &str) -> Self {
        let error = serde_json::json!({"errorType": name, "errorMessage": message});
        Self {
            json: error.to_string(),
            failed: true,
        }
    }
}

/// The engine, and the functions of `steploom:call`.
struct Engine {
    runtime: Runtime,
    context: Context,
    begin: Persistent<Function<'static>>,
    status: Persistent<Function<'static>>,
    turn: Persistent<Function<'static>>,
    text: Persistent<Function<'static>>,
    rejected: Persistent<Function<'static>>,
}

thread_local! {
    static ENGINE: OnceCell<Engine> = const { OnceCell::new() };
}

/// Loads a package: `null`, or why not.
pub(crate) fn load(package: &[u8]) -> Answer {
    let package: Package = match serde_json::from_slice(package) {
        Ok(package) => package,
        Err(error) => return Answer::error("InvalidPackage", &error.to_string()),
    };
    let (entry, handler) = (package.entry.clone(), package.handler.clone());
    modules::open(package);
    let engine = match Engine::new() {
        Ok(engine) => engine,
        Err(reason) => return Answer::error("EngineFailed", &reason),
    };
    ENGINE.with(|cell| {
        let engine = cell.get_or_init(|| engine);
        let answer = engine.context.with(|ctx| {
            let opened: rquickjs::Result<Object> = Module::import(&ctx, modules::MAIN)
                .and_then(|promise| promise.finish::<Object>())
                .and_then(|module| {
                    let open: Function = module.get("open")?;
                    open.call::<_, ()>((entry, handler))?;
                    Ok(module)
                });
            match opened {
                Ok(_) => engine.settle(&ctx),
                Err(error) => fallback(&ctx, &error),
            }
        });
        engine.runtime.run_gc();
        let used = engine.runtime.memory_usage().malloc_size;
        engine
            .runtime
            .set_gc_threshold(usize::try_from(used).unwrap_or(0) + COLLECT_BYTES);
        host::end_loading();
        answer
    })
}

/// Answers an event.
pub(crate) fn call(event: &[u8]) -> Answer {
    random::forget();
    ENGINE.with(|cell| match cell.get() {
        Some(engine) => engine.context.with(|ctx| engine.answer(&ctx, event)),
        None => Answer::error("NothingLoaded", "no function was loaded"),
    })
}

impl Engine {
    /// Makes the engine with its built-in modules, or says what is wrong with them.
    fn new() -> Result<Self, String> {
        let runtime = Runtime::new().map_err(|error| error.to_string())?;
        runtime.set_max_stack_size(STACK_BYTES_MAX);
        runtime.set_loader(modules::Finder, modules::Maker);
        runtime.set_interrupt_handler(Some(Box::new(|| host::exit_code().is_some())));
        runtime.set_host_promise_rejection_tracker(Some(Box::new(
            |ctx, promise, reason, is_handled| {
                ENGINE.with(|cell| {
                    let rejected = cell
                        .get()
                        .map(|engine| engine.rejected.clone().restore(&ctx));
                    if let Some(Ok(rejected)) = rejected {
                        let _ = rejected.call::<_, ()>((promise, reason, is_handled));
                    }
                });
            },
        )));
        let context = Context::full(&runtime).map_err(|error| error.to_string())?;
        let [begin, status, turn, text, rejected] = context.with(|ctx| {
            functions(&ctx)
                .catch(&ctx)
                .map_err(|error| error.to_string())
        })?;
        Ok(Self {
            runtime,
            context,
            begin,
            status,
            turn,
            text,
            rejected,
        })
    }

    fn answer(&self, ctx: &Ctx<'_>, event: &[u8]) -> Answer {
        let Ok(event) = ctx.json_parse(event) else {
            ctx.catch();
            return Answer::error("InvalidEvent", "the event is no JSON, or nested too deep");
        };
        let begun = self
            .begin
            .clone()
            .restore(ctx)
            .and_then(|begin| begin.call::<_, ()>((event,)));
        match begun {
            Ok(()) => self.settle(ctx),
            Err(error) => fallback(ctx, &error),
        }
    }

    /// Runs what waits until there is an answer.
    fn settle(&self, ctx: &Ctx<'_>) -> Answer {
        match self.run(ctx) {
            Ok(answer) => answer,
            Err(error) => fallback(ctx, &error),
        }
    }

    fn run(&self, ctx: &Ctx<'_>) -> rquickjs::Result<Answer> {
        let status = self.status.clone().restore(ctx)?;
        loop {
            while host::exit_code().is_none() && ctx.execute_pending_job() {}
            if let Some(code) = host::exit_code() {
                return Ok(exited(code));
            }
            let status: i32 = status.call(())?;
            if status != 0 {
                let text: rquickjs::String = self.text.clone().restore(ctx)?.call(())?;
                return Ok(Answer {
                    json: text.to_string()?,
                    failed: status == 2,
                });
            }
            self.turn.clone().restore(ctx)?.call::<_, ()>(())?;
        }
    }
}

/// What there is to say where not even an error could be written.
fn fallback(ctx: &Ctx<'_>, error: &rquickjs::Error) -> Answer {
    if let Some(code) = host::exit_code() {
        return exited(code);
    }
    let thrown: Value = ctx.catch();
    let message = thrown
        .as_exception()
        .and_then(rquickjs::Exception::message)
        .unwrap_or_else(|| error.to_string());
    Answer::error("InternalError", &message)
}

/// What of `steploom:call` is called from here.
fn functions(ctx: &Ctx<'_>) -> rquickjs::Result<[Persistent<Function<'static>>; 5]> {
    let module: Object = Module::import(ctx, modules::MAIN)?.finish()?;
    let function = |name| -> rquickjs::Result<_> {
        let function: Function = module.get(name)?;
        Ok(Persistent::save(ctx, function))
    };
    Ok([
        function("begin")?,
        function("status")?,
        function("turn")?,
        function("text")?,
        function("rejected")?,
    ])
}

fn exited(code: i32) -> Answer {
    Answer::error(
        "ProcessExit",
        &format!(
            "the function called process.exit({code}): return a result or throw an error instead"
        ),
    )
}
