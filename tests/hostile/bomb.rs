//! Modules that are meant to hurt whoever compiles them: refused with a reason, or compiled in a
//! process of its own, while a neighbour is answered.

use std::thread;

use crate::support::guest::{ECHO, wasm};
use crate::support::server::Server;
use crate::{Held, neighbour_answers, turn};

fn bombs() -> [(&'static str, Vec<u8>); 7] {
    let start = "(func (export \"_start\"))";
    let mut custom = wasm(&format!("(module {start})"));
    // A custom section of some 60 MB, without a name.
    custom.extend([0, 0x80, 0x80, 0x80, 0x1c, 0]);
    custom.resize(custom.len() + 0x0380_0000 - 1, b'x');
    [
        (
            "20,000 functions",
            wasm(&format!("(module {start} {})", "(func)".repeat(20_000))),
        ),
        (
            "50,000 locals",
            wasm(&format!(
                "(module (func (export \"_start\") {}))",
                "(local i64) ".repeat(50_000)
            )),
        ),
        (
            "one large function",
            wasm(&format!(
                "(module (memory 1) (func (export \"_start\") {}))",
                "(i32.store (i32.const 0) (i32.add (i32.load (i32.const 4)) (i32.const 1)))"
                    .repeat(20_000)
            )),
        ),
        (
            "nested blocks",
            wasm(&format!(
                "(module (func (export \"_start\") {} {}))",
                "block ".repeat(5_000),
                "end ".repeat(5_000)
            )),
        ),
        (
            "32,768 data segments",
            wasm(&format!(
                "(module (memory 1) {start} {})",
                "(data (i32.const 0) \"x\")".repeat(32_768)
            )),
        ),
        (
            "a huge elem",
            wasm(&format!(
                "(module (table 100000 funcref) (func $f (export \"_start\")) (elem (i32.const 0) {}))",
                "$f ".repeat(100_000)
            )),
        ),
        ("a huge custom section", custom),
    ]
}

#[test]
fn bombs_for_the_compiler_hurt_no_one_else() {
    let _turn = turn();
    let mut server = Server::start();
    server.deploy("neighbour", ECHO);
    for (name, module) in bombs() {
        let before = Held::by(&server);
        thread::scope(|scope| {
            let upload = scope.spawn(|| server.put_module("bomb", &module));
            neighbour_answers(&server, name);
            while !upload.is_finished() {
                neighbour_answers(&server, name);
            }
            let answer = upload.join().expect("no panic");
            if answer.status >= 300 {
                assert_eq!(answer.status, 400, "{name}: {}", answer.text());
                let code = answer.json()["code"].as_str().expect("a code").to_owned();
                let known = ["InvalidModule", "CompileLimit", "ModuleNotCompilable"];
                assert!(known.contains(&&*code), "{name}: {code}");
            }
        });
        before.files_are_closed(&server, name);
        assert!(server.is_running(), "{name}");
    }
    neighbour_answers(&server, "all bombs");
}

impl Held {
    /// Compiled code stays in memory for its next call, so only files must be back.
    fn files_are_closed(self, server: &Server, name: &str) {
        crate::support::wait::until(&format!("{name} leaves no files open"), || {
            (server.files_open() <= self.files).then_some(())
        });
    }
}
