//! Runs the JavaScript runtime's module as the host does: a package is loaded once, the memory is kept, and every call
//! is a fresh instance that starts from it.
//!
//! The module is what `STEPLOOM_JAVASCRIPT` names, or `target/modules/javascript.wasm` of the repository.

mod module;
mod wasi;

use std::sync::LazyLock;

use serde_json::{Value, json};
use wasmtime::{Config, Engine, Linker, Memory, MemoryType, Store};

pub use module::{Code, image};
pub use wasi::{Host, link};

/// Bytes of stack for WebAssembly, as the sandbox has it.
const WASM_STACK_BYTES: usize = 2 << 20;
const ERROR_BIT: u64 = 1 << 31;

static CODE: LazyLock<(Engine, Code)> = LazyLock::new(|| {
    let engine = Engine::new(&config()).expect("an engine");
    let code = Code::read(&engine).expect("the module compiles");
    (engine, code)
});

/// What shapes code, as in the sandbox.
pub fn config() -> Config {
    let mut config = Config::new();
    config
        .consume_fuel(true)
        .memory_reservation(4 << 30)
        .memory_guard_size(32 << 20)
        .memory_may_move(false)
        .memory_init_cow(true)
        .memory_guaranteed_dense_image_size(64 << 20)
        .force_memory_init_memfd(true)
        .max_wasm_stack(WASM_STACK_BYTES);
    config
}

/// A function's files.
#[derive(Clone, Debug)]
pub struct Package {
    entry: String,
    handler: String,
    files: serde_json::Map<String, Value>,
}

impl Package {
    /// A package of one file, which has the handler `handler`.
    pub fn new(entry: &str, text: &str) -> Self {
        let package = Self {
            entry: entry.to_owned(),
            handler: "handler".to_owned(),
            files: serde_json::Map::new(),
        };
        package.file(entry, text)
    }

    /// With one file more.
    #[must_use]
    pub fn file(mut self, path: &str, text: &str) -> Self {
        self.files.insert(path.to_owned(), text.into());
        self
    }

    /// With another handler.
    #[must_use]
    pub fn handler(mut self, name: &str) -> Self {
        name.clone_into(&mut self.handler);
        self
    }

    /// The JSON that the host hands over.
    pub fn to_json(&self) -> String {
        json!({"entry": self.entry, "handler": self.handler, "files": self.files}).to_string()
    }

    /// Loads it: a function, or the error that the host is told.
    pub fn load(&self) -> Result<Function, Value> {
        let (engine, code) = &*CODE;
        let mut host = Host::default();
        host.set("LOADING", "yes");
        let mut run = Run::new(engine, code, host, None);
        let answer = run.ask("steploom_load", &self.to_json());
        let outcome = run.end(answer);
        match outcome.answer {
            Ok(_) => Ok(Function {
                memory: outcome.memory,
                log: outcome.log,
            }),
            Err(error) => Err(error),
        }
    }
}

/// Loads one file, `hello.js`.
pub fn load(text: &str) -> Function {
    Package::new("hello.js", text)
        .load()
        .unwrap_or_else(|error| panic!("{error}"))
}

/// The error of one file, `hello.js`, that cannot be loaded.
pub fn load_error(text: &str) -> Value {
    Package::new("hello.js", text)
        .load()
        .map(|_| ())
        .expect_err("an error")
}

/// What one file, `hello.js`, makes of an event.
pub fn answer(text: &str, event: &Value) -> Result<Value, Value> {
    load(text).call(event)
}

/// What a handler with this body gives.
pub fn result(body: &str) -> Value {
    let text = format!("export async function handler(event, context) {{ {body} }}");
    answer(&text, &json!({})).unwrap_or_else(|error| panic!("{error}"))
}

/// The error of a handler with this body.
pub fn error(body: &str) -> Value {
    let text = format!("export async function handler(event, context) {{ {body} }}");
    answer(&text, &json!({})).expect_err("an error")
}

/// A function as it was loaded: the memory that calls start from.
#[derive(Debug)]
pub struct Function {
    memory: Vec<u8>,
    /// What it wrote while it was loaded.
    pub log: Vec<(u32, String)>,
}

/// What a call came to.
#[derive(Debug)]
pub struct Outcome {
    /// A result, or an error. What traps is `{"trap": "..."}`.
    pub answer: Result<Value, Value>,
    /// The text of the answer.
    pub text: String,
    /// What was written: the stream, and the text.
    pub log: Vec<(u32, String)>,
    /// What was asked of the platform.
    pub asked: Vec<String>,
    memory: Vec<u8>,
}

impl Function {
    /// The memory that calls start from.
    pub fn memory(self) -> Vec<u8> {
        self.memory
    }

    /// Calls it in a fresh instance.
    pub fn call(&self, event: &Value) -> Result<Value, Value> {
        self.call_with(Host::default(), &event.to_string()).answer
    }

    /// Calls it with an environment and an event's text.
    pub fn call_with(&self, mut host: Host, event: &str) -> Outcome {
        host.open_folder();
        let (engine, code) = &*CODE;
        let mut run = Run::new(engine, code, host, Some(&self.memory));
        let answer = run.ask("steploom_handle", event);
        run.end(answer)
    }
}

/// One instance.
struct Run {
    store: Store<Host>,
    instance: wasmtime::Instance,
    memory: Memory,
}

impl Run {
    fn new(engine: &Engine, code: &Code, host: Host, image: Option<&[u8]>) -> Self {
        let pages = image.map_or(code.pages_min, |image| image.len() as u64 / 65_536);
        let bytes_max = host.memory_bytes_max;
        let mut store = Store::new(engine, host);
        store.limiter(move |host| {
            host.limits = wasmtime::StoreLimitsBuilder::new()
                .memory_size(bytes_max)
                .build();
            &mut host.limits
        });
        store.set_fuel(50_000_000_000).expect("fuel is counted");
        let pages = u32::try_from(pages).expect("32 bits");
        let memory = Memory::new(&mut store, MemoryType::new(pages, None)).expect("a memory");
        let mut linker = Linker::new(engine);
        link(&mut linker).expect("each name once");
        linker
            .define(&store, "env", "memory", memory)
            .expect("once");
        store.data_mut().memory = Some(memory);
        if let Some(image) = image {
            memory.data_mut(&mut store).copy_from_slice(image);
        } else {
            for (at, bytes) in &code.data {
                memory.write(&mut store, *at, bytes).expect("it fits");
            }
        }
        let instance = linker
            .instantiate(&mut store, &code.module)
            .expect("an instance");
        let start = instance.get_typed_func::<(), ()>(&mut store, "_initialize");
        if let (Ok(start), None) = (start, image) {
            start.call(&mut store, ()).expect("it starts");
        }
        Self {
            store,
            instance,
            memory,
        }
    }

    fn ask(&mut self, name: &str, text: &str) -> wasmtime::Result<u64> {
        let store = &mut self.store;
        let alloc = self
            .instance
            .get_typed_func::<u32, u32>(&mut *store, "steploom_alloc")?;
        let size = text.len() as u32;
        let at = alloc.call(&mut *store, size)?;
        self.memory
            .write(&mut *store, at as usize, text.as_bytes())?;
        let function = self
            .instance
            .get_typed_func::<(u32, u32), u64>(&mut *store, name)?;
        function.call(store, (at, size))
    }

    fn end(self, answer: wasmtime::Result<u64>) -> Outcome {
        let memory = self.memory.data(&self.store).to_vec();
        let (answer, text) = match answer {
            Ok(packed) => {
                let at = (packed >> 32) as usize;
                let size = (packed & 0x7fff_ffff) as usize;
                let text = String::from_utf8(memory[at..at + size].to_vec()).expect("UTF-8");
                // Half letters and very deep nesting are more than this JSON library reads.
                let value = serde_json::from_str(&text).unwrap_or_else(|_| text.clone().into());
                let is_error = packed & ERROR_BIT != 0;
                (if is_error { Err(value) } else { Ok(value) }, text)
            }
            Err(trap) => (Err(json!({"trap": format!("{trap:?}")})), String::new()),
        };
        let host = self.store.into_data();
        Outcome {
            answer,
            text,
            log: host.log,
            asked: host.asked,
            memory,
        }
    }
}
