//! Programs in a language that has a runtime: uploaded as they are, loaded once, called from there. The runtime
//! here has programs that answer the package that they were loaded from, and how often their memory was called.

use std::fs;

use serde_json::{Value, json};
use steploom_package::Archive;
use tempfile::TempDir;

use crate::support::cli;
use crate::support::guest;
use crate::support::server::Server;

/// A server whose Python and JavaScript are the runtime of tests, and the folder of those.
pub(crate) fn server() -> (Server, TempDir) {
    let runtimes = tempfile::tempdir().expect("a folder");
    for name in ["python", "javascript"] {
        let file = runtimes.path().join(format!("{name}.wasm"));
        fs::write(file, guest::wasm(guest::LANGUAGE)).expect("writes");
    }
    let folder = runtimes.path().display().to_string();
    (Server::start_with(&["--runtimes", &folder]), runtimes)
}

fn zip(files: &[(&str, &str)]) -> Vec<u8> {
    let files = files
        .iter()
        .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
    Archive::write(&files.collect()).expect("a zip").into()
}

/// What a program answers: the package that it was loaded from.
fn package(server: &Server, name: &str) -> Value {
    let answer = server.invoke(name, &json!({})).expect(200);
    assert_eq!(answer[0], 2, "loaded once, and called once in this memory");
    answer[1].clone()
}

#[test]
fn programs_are_uploaded_alone_in_a_form_and_in_a_zip() {
    let (server, _runtimes) = server();
    let kind = [("content-type", "text/x-python")];
    let put = server.send("PUT", "/v1/functions/alone", &kind, b"x = 1");
    let made = put.expect(201);
    assert_eq!(made["latest"]["kind"], "reactor");
    assert_eq!(made["latest"]["settings"]["runtime"], "python");
    assert!(made["latest"]["source"].is_string(), "{made}");
    let expect = json!({"entry": "alone.py", "handler": "handler", "files": {"alone.py": "x = 1"}});
    assert_eq!(package(&server, "alone"), expect);

    let settings = json!({"runtime": "javascript", "handler": "main", "timeoutMs": 5000});
    server.put_form("form", b"let x;", &settings).expect(201);
    let expect = json!({"entry": "form.js", "handler": "main", "files": {"form.js": "let x;"}});
    assert_eq!(package(&server, "form"), expect);

    let files = [("lambda_function.py", "import lib.a"), ("lib/a.py", "")];
    let kind = [("content-type", "application/zip")];
    let put = server.send("PUT", "/v1/functions/zip", &kind, &zip(&files));
    put.expect(201);
    let found = package(&server, "zip");
    assert_eq!(found["handler"], "lambda_handler");
    assert_eq!(
        found["files"],
        json!({"lambda_function.py": "import lib.a", "lib/a.py": ""})
    );
}

#[test]
fn a_zip_may_have_a_module_in_it() {
    let (server, _runtimes) = server();
    let module = guest::wasm(guest::ECHO);
    let files = [("bin/echo.wasm".to_owned(), module)];
    let zip = Archive::write(&files.into_iter().collect()).expect("a zip");
    let kind = [("content-type", "application/zip")];
    let put = server.send("PUT", "/v1/functions/echo", &kind, &zip);
    assert_eq!(put.expect(201)["latest"]["source"], Value::Null);
    assert_eq!(server.invoke("echo", &json!([1])).expect(200), json!([1]));
}

#[test]
fn what_cannot_be_loaded_is_told_and_changes_nothing() {
    let (server, _runtimes) = server();
    let refused = |code: &[u8], settings: Value, expect: &str, says: &str| {
        let problem = server
            .put_form("wrong", code, &settings)
            .problem(400, expect);
        let title = problem["title"].as_str().expect("a title");
        assert!(title.contains(says), "{title}");
    };
    let python = json!({"runtime": "python"});
    refused(b"\xff\xfe", python.clone(), "NotText", "UTF-8");
    refused(
        b"x",
        json!({"runtime": "cobol"}),
        "UnknownRuntime",
        "javascript, python",
    );
    let none = zip(&[("a.txt", "")]);
    refused(
        &none,
        json!({}),
        "NoHandler",
        "neither a WebAssembly module",
    );
    refused(&none, json!({}), "NoHandler", "there is a.txt");
    refused(&none, python.clone(), "NoHandler", "there is a.txt");
    let both = zip(&[("index.js", ""), ("handler.py", "")]);
    refused(
        &both,
        json!({}),
        "AmbiguousLanguage",
        "JavaScript (index.js) and in Python (handler.py)",
    );
    let other = json!({"runtime": "python", "handler": "app.run"});
    refused(
        &zip(&[("main.py", "")]),
        other,
        "NoHandler",
        "'app.run'; there is main.py",
    );
    refused(
        &zip(&[("../main.py", "")]),
        python.clone(),
        "UnsafePath",
        "../main.py",
    );
    let mut broken = zip(&[("main.py", "x = 1")]);
    broken.truncate(40);
    refused(&broken, python, "NotAZip", "damaged");
    server
        .get("/v1/functions/wrong")
        .problem(404, "FunctionNotFound");
}

#[test]
fn calls_of_one_version_share_an_instance_if_it_says_so() {
    let (server, _runtimes) = server();
    let called = |name: &str| server.invoke(name, &json!({})).expect(200)[0].clone();
    let settings = json!({"runtime": "python", "reuse": "version", "reuseUsesMax": 3});
    let made = server.put_form("warm", b"x = 1", &settings).expect(201);
    assert_eq!(made["latest"]["settings"]["reuse"], "version");
    let counts: Vec<_> = (0..5).map(|_| called("warm")).collect();
    assert_eq!(counts, [2, 3, 4, 2, 3]);
    assert_eq!(server.metric("steploom_sandboxes_idle") as u32, 1);
    // Another version begins anew.
    server.put_form("warm", b"x = 2", &settings).expect(200);
    assert_eq!(called("warm"), 2);
    server
        .put_form("cold", b"x = 1", &json!({"runtime": "python"}))
        .expect(201);
    assert_eq!([called("cold"), called("cold")], [2, 2]);

    let refused = |code: &[u8], settings: Value, says: &str| {
        let put = server.put_form("wrong", code, &settings);
        let problem = put.problem(400, "InvalidSettings");
        assert!(problem.to_string().contains(says), "{problem}");
    };
    let echo = guest::wasm(guest::ECHO);
    refused(&echo, json!({"reuse": "version"}), "only programs");
    refused(&echo, json!({"reuseUsesMax": 0}), "1 to 1000000");
    refused(&echo, json!({"reuseSecondsMax": 100_000}), "1 to 86400");
}

#[test]
fn a_server_without_the_runtime_says_how_it_is_given() {
    let folder = tempfile::tempdir().expect("a folder");
    let empty = folder.path().display().to_string();
    let server = Server::start_with(&["--runtimes", &empty]);
    let kind = [("content-type", "text/javascript")];
    let put = server.send("PUT", "/v1/functions/f", &kind, b"1");
    let problem = put.problem(400, "UnknownRuntime");
    let title = problem["title"].as_str().expect("a title");
    assert!(title.contains("--runtimes"), "{title}");
}

#[test]
fn a_program_lives_as_long_as_its_server_s_folder() {
    let home = tempfile::tempdir().expect("a folder");
    let runtimes = home.path().join("runtimes");
    fs::create_dir(&runtimes).expect("a folder");
    let wasm = guest::wasm(guest::LANGUAGE);
    fs::write(runtimes.join("python.wasm"), wasm).expect("writes");
    let folder = runtimes.display().to_string();
    let data = home.path().join("data");
    let first = Server::start_on(&data, &["--runtimes", &folder]);
    let kind = [("content-type", "text/x-python")];
    let put = first.send("PUT", "/v1/functions/kept", &kind, b"x = 1");
    put.expect(201);
    drop(first);
    // The next one has no runtime, and no compiled code either.
    fs::remove_dir_all(&runtimes).expect("it was there");
    fs::remove_dir_all(data.join("compiled")).expect("it was there");
    let second = Server::start_on(&data, &[]);
    assert_eq!(package(&second, "kept")["entry"], "kept.py");
}

#[test]
fn a_file_and_a_folder_are_deployed_by_the_command_line() {
    let (server, _runtimes) = server();
    let home = tempfile::tempdir().expect("a folder");
    let file = home.path().join("hello.mjs");
    fs::write(&file, "export {};").expect("writes");
    let file = file.display().to_string();
    server.run(&["deploy", &file]).ok();
    assert_eq!(
        package(&server, "hello")["files"],
        json!({"hello.js": "export {};"})
    );
    server
        .run(&["deploy", &file, "--name", "other", "--handler", "run"])
        .ok();
    assert_eq!(package(&server, "other")["handler"], "run");

    let project = home.path().join("greet").display().to_string();
    cli::run(&["new", "greet", "--lang", "python", "--dir", &project]).ok();
    fs::create_dir(home.path().join("greet/__pycache__")).expect("a folder");
    fs::write(home.path().join("greet/__pycache__/a.pyc"), b"\xff").expect("writes");
    server.run(&["deploy", &project]).ok();
    let found = package(&server, "greet");
    assert_eq!(
        (&found["entry"], &found["handler"]),
        (&json!("handler.py"), &json!("handler"))
    );
    let files: Vec<_> = found["files"].as_object().expect("files").keys().collect();
    assert_eq!(
        files,
        ["README.md", "handler.py", "steploom.py", "test_handler.py"]
    );
    server.run(&["function", "show", "greet"]).says("python");
}
