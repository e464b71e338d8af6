use std::time::{Duration, Instant};

use bytes::Bytes;
use steploom_types::{Error, Kind};

use super::Compiler;
use crate::compile::Patience;
use crate::config::CompilerCommand;

fn shell(script: &str) -> Compiler {
    Compiler::new(CompilerCommand {
        program: "/bin/sh".into(),
        args: vec!["-c".into(), script.into()],
    })
}

async fn refused(compiler: &Compiler, patience: Patience) -> Error {
    let module = Bytes::from(vec![0; 1 << 20]);
    let code = compiler.compile(&module, patience).await;
    code.expect_err("refused")
}

#[tokio::test]
async fn what_the_process_writes_is_the_code() {
    let compiler = shell("cat");
    let module = Bytes::from_static(b"code");
    let code = compiler.compile(&module, Patience::MODULE).await;
    assert_eq!(code.expect("compiles"), b"code");
}

#[tokio::test]
async fn a_process_that_hangs_is_killed() {
    let patience = Patience {
        wall: Duration::from_millis(100),
        ..Patience::MODULE
    };
    let before = Instant::now();
    let error = refused(&shell("sleep 600"), patience).await;
    assert_eq!((error.kind, error.code), (Kind::Invalid, "CompileLimit"));
    for part in [
        "within 0.1 s of time",
        "when the node has less to do",
        "make it smaller",
    ] {
        assert!(error.message.contains(part), "{part}: {error}");
    }
    assert!(before.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn each_end_of_the_process_has_its_error() {
    let cases = [
        ("echo -n 'bad magic' >&2; exit 2", "ModuleNotCompilable"),
        ("kill -XCPU $$", "CompileLimit"),
        ("kill -ABRT $$", "CompileLimit"),
        ("exit 1", "CompilerFailed"),
        ("kill -SEGV $$", "CompilerFailed"),
    ];
    for (script, code) in cases {
        let error = refused(&shell(script), Patience::MODULE).await;
        assert_eq!(error.code, code, "{script}");
    }
}

#[tokio::test]
async fn a_missing_program_is_ours_to_mend() {
    let compiler = Compiler::new(CompilerCommand {
        program: "/nowhere".into(),
        args: Vec::new(),
    });
    let error = refused(&compiler, Patience::MODULE).await;
    assert_eq!(error.kind, Kind::Unavailable);
}
