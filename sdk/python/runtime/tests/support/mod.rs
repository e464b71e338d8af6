//! Does what the host does: builds the module, loads a function into it, keeps the memory, and calls from there.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock};
use std::{env, fs};

use serde_json::{Value, json};
use wasm_encoder::RawSection;
use wasmparser::{Data, DataKind, Operator, Parser, Payload};
use wasmtime::{Caller, Config, Engine, Instance, Linker, Memory, Module, Store, TypedFunc};
use wasmtime_wasi::p1::{WasiP1Ctx, add_to_linker_sync};
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi::{FsPerms, WasiCtxBuilder};

/// Bytes of stack that the host gives to WebAssembly.
const STACK_BYTES: usize = 2 << 20;
/// Instructions, about, of one call.
const FUEL: u64 = 50_000_000_000;
/// Bytes of a log that are kept.
const LOG_BYTES_MAX: usize = 1 << 20;
const PAGE_BYTES: usize = 64 << 10;
/// What a call back is answered when there is no answer left, as while a function is loaded.
const NOT_NOW: &str = "{\"error\":{\"code\":\"NotNow\",\"message\":\"ask in the handler\"}}\n";

/// The module, compiled, and the data that it begins with, by address.
struct Compiled {
    code: Module,
    data: Vec<(usize, Vec<u8>)>,
}

/// A loaded function.
pub(crate) struct Function {
    memory: Vec<u8>,
    /// What was printed while it was loaded.
    pub(crate) load_log: String,
}

/// The other side of calls back.
#[derive(Default)]
struct Platform {
    /// What is answered, in turn.
    answers: VecDeque<String>,
    asked: Vec<String>,
    taken: Vec<u8>,
}

/// What became of a call.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) result: Result<Value, Value>,
    /// The answer as it was written.
    pub(crate) text: String,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// What was asked of the platform.
    pub(crate) asked: Vec<String>,
}

/// Loads a function of one file, `hello.py`.
pub(crate) fn function(source: &str) -> Function {
    Function::load("hello.py", "handler", &[("hello.py", source)])
        .expect("the function can be loaded")
}

/// Calls a function of one file once, and gives its result.
pub(crate) fn result(source: &str, event: &str) -> Value {
    let answer = function(source).call(event);
    answer.result.unwrap_or_else(|error| panic!("{error:#}"))
}

/// Calls a function of one file once, and gives its error.
pub(crate) fn error(source: &str, event: &str) -> Value {
    function(source).call(event).result.expect_err("a failure")
}

/// Loads a function of one file that cannot be loaded, and gives why.
pub(crate) fn load_error(source: &str) -> Value {
    match Function::load("hello.py", "handler", &[("hello.py", source)]) {
        Ok(_) => panic!("it was loaded"),
        Err(error) => error,
    }
}

impl Function {
    /// Loads a package; an error is the module's own.
    pub(crate) fn load(entry: &str, handler: &str, files: &[(&str, &str)]) -> Result<Self, Value> {
        let files: serde_json::Map<String, Value> = files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).into()))
            .collect();
        let package = json!({"entry": entry, "handler": handler, "files": files}).to_string();
        let mut guest = Guest::new(&[], None, &[], None);
        if let Ok(initialize) = guest
            .instance
            .get_typed_func::<(), ()>(&mut guest.store, "_initialize")
        {
            initialize
                .call(&mut guest.store, ())
                .expect("it initializes");
        }
        let (_, result) = guest.ask("steploom_load", &package);
        let memory = guest.memory.data(&guest.store).to_vec();
        let load_log = guest.logs().join("");
        result.map(|_| Self { memory, load_log })
    }

    pub(crate) fn call(&self, event: &str) -> Answer {
        self.call_in(event, &[], None)
    }

    /// Calls with variables of the environment, and a folder as `/tmp`.
    pub(crate) fn call_in(
        &self,
        event: &str,
        environment: &[(&str, &str)],
        tmp: Option<&Path>,
    ) -> Answer {
        Guest::new(environment, tmp, &[], Some(&self.memory)).handle(event)
    }

    /// Calls with answers to what it asks of the platform.
    pub(crate) fn call_answered(&self, event: &str, answers: &[&str]) -> Answer {
        Guest::new(&[], None, answers, Some(&self.memory)).handle(event)
    }
}

struct Guest {
    store: Store<WasiP1Ctx>,
    memory: Memory,
    instance: Instance,
    outputs: [MemoryOutputPipe; 2],
    platform: Arc<Mutex<Platform>>,
}

impl Guest {
    fn new(
        environment: &[(&str, &str)],
        tmp: Option<&Path>,
        answers: &[&str],
        from: Option<&[u8]>,
    ) -> Self {
        let Compiled { code: module, data } = compiled();
        let outputs = [(); 2].map(|()| MemoryOutputPipe::new(LOG_BYTES_MAX));
        let mut wasi = WasiCtxBuilder::new();
        wasi.stdout(outputs[0].clone())
            .stderr(outputs[1].clone())
            .arg("hello");
        for (name, value) in environment {
            wasi.env(name, value);
        }
        if let Some(tmp) = tmp {
            wasi.preopened_dir(tmp, "/tmp", FsPerms::ReadWrite)
                .expect("a folder");
        }
        let mut store = Store::new(module.engine(), wasi.build_p1());
        store.set_fuel(FUEL).expect("fuel is on");
        let wanted = module
            .imports()
            .find_map(|import| import.ty().memory().cloned());
        let memory = Memory::new(&mut store, wanted.expect("the module imports its memory"))
            .expect("room for a memory");
        if let Some(bytes) = from {
            let missing = (bytes.len() - memory.data_size(&store)) / PAGE_BYTES;
            memory
                .grow(&mut store, missing as u64)
                .expect("room for a memory");
            memory.data_mut(&mut store).copy_from_slice(bytes);
        } else {
            for (place, bytes) in data {
                let written = memory.write(&mut store, *place, bytes);
                written.expect("the module's data is within its memory");
            }
        }
        let mut linker = Linker::new(module.engine());
        add_to_linker_sync(&mut linker, |wasi| wasi).expect("names are new");
        linker
            .define(&store, "env", "memory", memory)
            .expect("the name is new");
        let platform = Arc::new(Mutex::new(Platform {
            answers: answers.iter().map(|answer| (*answer).into()).collect(),
            ..Platform::default()
        }));
        link_platform(&mut linker, memory, &platform);
        let instance = linker
            .instantiate(&mut store, module)
            .expect("it imports nothing but WASI and the platform");
        Self {
            store,
            memory,
            instance,
            outputs,
            platform,
        }
    }

    fn handle(mut self, event: &str) -> Answer {
        let (text, result) = self.ask("steploom_handle", event);
        let [stdout, stderr] = self.logs();
        let asked = std::mem::take(&mut self.platform.lock().expect("one thread").asked);
        Answer {
            result,
            text,
            stdout,
            stderr,
            asked,
        }
    }

    /// Calls an export that takes a text and answers with one.
    fn ask(&mut self, export: &str, text: &str) -> (String, Result<Value, Value>) {
        let alloc: TypedFunc<u32, u32> = self
            .instance
            .get_typed_func(&mut self.store, "steploom_alloc")
            .expect("exported");
        let call: TypedFunc<(u32, u32), u64> = self
            .instance
            .get_typed_func(&mut self.store, export)
            .expect("exported");
        let len = text.len() as u32;
        let place = alloc.call(&mut self.store, len).expect("it gives a place");
        self.memory
            .write(&mut self.store, place as usize, text.as_bytes())
            .expect("the place is in memory");
        let answer = match call.call(&mut self.store, (place, len)) {
            Ok(answer) => answer,
            Err(trap) => panic!("{export} trapped: {trap:?}; {}", self.logs().join("")),
        };
        let (from, len) = ((answer >> 32) as usize, (answer & 0x7fff_ffff) as usize);
        let bytes = &self.memory.data(&self.store)[from..from + len];
        let text = str::from_utf8(bytes)
            .expect("an answer is UTF-8")
            .to_owned();
        let value: Value = serde_json::from_str(&text).expect("an answer is JSON");
        let is_error = answer & 1 << 31 != 0;
        (text, if is_error { Err(value) } else { Ok(value) })
    }

    fn logs(&self) -> [String; 2] {
        self.outputs
            .each_ref()
            .map(|output| String::from_utf8(output.contents().to_vec()).expect("a log is UTF-8"))
    }
}

/// Offers calls back, and fuel.
fn link_platform(linker: &mut Linker<WasiP1Ctx>, memory: Memory, platform: &Arc<Mutex<Platform>>) {
    type C<'a> = Caller<'a, WasiP1Ctx>;
    let module = "steploom";
    let asked = Arc::clone(platform);
    let call = move |caller: C<'_>, at: u32, len: u32| {
        let (at, len) = (at as usize, len as usize);
        let request = memory.data(&caller)[at..at + len].to_vec();
        let mut platform = asked.lock().expect("one thread");
        let request = String::from_utf8(request).expect("a request is UTF-8 here");
        platform.asked.push(request);
        let answer = platform.answers.pop_front();
        platform.taken = answer.unwrap_or_else(|| NOT_NOW.into()).into_bytes();
        platform.taken.len() as u32
    };
    linker.func_wrap(module, "call", call).expect("new");
    let taken = Arc::clone(platform);
    let take = move |mut caller: C<'_>, to: u32| {
        let answer = std::mem::take(&mut taken.lock().expect("one thread").taken);
        memory
            .write(&mut caller, to as usize, &answer)
            .expect("the place is in memory");
    };
    linker.func_wrap(module, "take", take).expect("new");
    let fuel = |caller: C<'_>| caller.get_fuel();
    linker.func_wrap(module, "fuel", fuel).expect("new");
}

fn compiled() -> &'static Compiled {
    static COMPILED: OnceLock<Compiled> = OnceLock::new();
    COMPILED.get_or_init(|| {
        let mut config = Config::new();
        config.consume_fuel(true).max_wasm_stack(STACK_BYTES);
        let engine = Engine::new(&config).expect("this machine runs WebAssembly");
        let wasm = fs::read(module_path()).expect("the module was built");
        let (code, data) = apart(&wasm);
        let code = Module::new(&engine, code).expect("the module is valid without its data");
        Compiled { code, data }
    })
}

/// The module, which cargo builds here unless `STEPLOOM_PYTHON_MODULE` names one that was built.
fn module_path() -> PathBuf {
    if let Some(path) = env::var_os("STEPLOOM_PYTHON_MODULE") {
        return path.into();
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let target = folder.join("target");
    let status = Command::new(env!("CARGO"))
        .args([
            "build",
            "--quiet",
            "--release",
            "--locked",
            "--target",
            "wasm32-wasip1",
            "--target-dir",
        ])
        .arg(&target)
        .current_dir(folder)
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .status();
    assert!(
        status.is_ok_and(|status| status.success()),
        "the module does not build"
    );
    target.join("wasm32-wasip1/release/python.wasm")
}

/// The module without its data and its start, whose work a memory that was kept has behind it, and the data.
fn apart(wasm: &[u8]) -> (Vec<u8>, Vec<(usize, Vec<u8>)>) {
    let (mut code, mut data) = (wasm_encoder::Module::new(), Vec::new());
    for part in Parser::new(0).parse_all(wasm) {
        let part = part.expect("the module is valid");
        match &part {
            Payload::DataSection(segments) => {
                for segment in segments.clone() {
                    let segment = segment.expect("the module is valid");
                    data.push((address(&segment), segment.data.to_vec()));
                }
            }
            // The linker's start function clears what the data does not cover: a new memory is clear.
            Payload::DataCountSection { .. } | Payload::StartSection { .. } => {}
            _ => {
                if let Some((id, range)) = part.as_section() {
                    code.section(&RawSection {
                        id,
                        data: &wasm[range],
                    });
                }
            }
        }
    }
    (code.finish(), data)
}

fn address(segment: &Data) -> usize {
    let DataKind::Active { offset_expr, .. } = &segment.kind else {
        panic!("the data has a place");
    };
    match offset_expr.get_operators_reader().read() {
        Ok(Operator::I32Const { value }) => value.cast_unsigned() as usize,
        other => panic!("the place is a number, not {other:?}"),
    }
}
