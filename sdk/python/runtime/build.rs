//! Picks what of Python's standard library goes into the module, and says how it is linked.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::{env, fs};

/// Bytes of the module's own stack. It lies below everything else, so that an overflow traps instead of spoiling memory.
const STACK_BYTES: usize = 4 << 20;

/// Packages and modules that a function has no use for: windows, terminals, processes, servers, debuggers, installers.
const LEFT_OUT: &[&str] = &[
    "__hello__",
    "__phello__",
    "_aix_support",
    "_android_support",
    "_apple_support",
    "_ios_support",
    "_osx_support",
    "_pyrepl",
    "antigravity",
    "bdb",
    "cmd",
    "code",
    "compileall",
    "ctypes",
    "dbm",
    "doctest",
    "dummy_threading",
    "ensurepip",
    "ftplib",
    "getpass",
    "idlelib",
    "imaplib",
    "lib2to3",
    "mailbox",
    "modulefinder",
    "multiprocessing",
    "netrc",
    "nturl2path",
    "pdb",
    "poplib",
    "pty",
    "py_compile",
    "pyclbr",
    "pydoc",
    "pydoc_data",
    "rlcompleter",
    "smtplib",
    "sqlite3",
    "tabnanny",
    "test",
    "this",
    "tkinter",
    "trace",
    "tty",
    "turtle",
    "turtledemo",
    "venv",
    "webbrowser",
    "wsgiref",
    "xmlrpc",
    "zipapp",
];

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=src/python");
    if env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "wasm") {
        // The host makes the memory; WASI's functions look for it among the exports.
        println!("cargo:rustc-link-arg-cdylib=--import-memory");
        println!("cargo:rustc-link-arg-cdylib=--export-memory");
        println!("cargo:rustc-link-arg-cdylib=-zstack-size={STACK_BYTES}");
        let library = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("library");
        fs::write(library, library_bytes()).expect("cargo's own folder can be written");
    }
}

/// The library in its frozen form, sorted, so that a build makes the same bytes each time.
fn library_bytes() -> Vec<u8> {
    let kept: BTreeMap<&str, (&[u8], bool)> = rustpython_pylib::FROZEN_STDLIB
        .decode()
        .filter(|(name, _)| !LEFT_OUT.contains(&name.split('.').next().unwrap_or(name)))
        .map(|(name, module)| (name, (module.code.bytes, module.package)))
        .collect();
    let mut bytes = Vec::new();
    let count = u32::try_from(kept.len()).expect("some hundred modules");
    bytes.extend(count.to_le_bytes());
    for (name, (code, is_package)) in kept {
        for part in [name.as_bytes(), code] {
            let len = u32::try_from(part.len()).expect("far below 4 GiB");
            bytes.extend(len.to_le_bytes());
            bytes.extend(part);
        }
        bytes.push(u8::from(is_package));
    }
    bytes
}
