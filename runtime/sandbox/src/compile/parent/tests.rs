use std::time::{Duration, Instant};

use bytes::Bytes;
use steploom_types::{Error, Kind};

use super::Compiler;
use crate::config::CompilerCommand;

fn shell(script: &str) -> Compiler {
    Compiler::new(CompilerCommand {
        program: "/bin/sh".into(),
        args: vec!["-c".into(), script.into()],
    })
}

async fn refused(compiler: &Compiler) -> Error {
    let module = Bytes::from(vec![0; 1 << 20]);
    compiler.compile(&module).await.expect_err("refused")
}

#[tokio::test]
async fn what_the_process_writes_is_the_code() {
    let code = shell("cat").compile(&Bytes::from_static(b"code")).await;
    assert_eq!(code.expect("compiles"), b"code");
}

#[tokio::test]
async fn a_process_that_hangs_is_killed() {
    let mut compiler = shell("sleep 600");
    compiler.wall = Duration::from_millis(100);
    let before = Instant::now();
    let error = refused(&compiler).await;
    assert_eq!((error.kind, error.code), (Kind::Invalid, "CompileLimit"));
    assert!(error.message.contains("0.1 s of time"), "{error}");
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
        assert_eq!(refused(&shell(script)).await.code, code, "{script}");
    }
}

#[tokio::test]
async fn a_missing_program_is_ours_to_mend() {
    let compiler = Compiler::new(CompilerCommand {
        program: "/nowhere".into(),
        args: Vec::new(),
    });
    assert_eq!(refused(&compiler).await.kind, Kind::Unavailable);
}
