use std::collections::BTreeMap;

use super::Program;
use crate::Language;

fn found(language: &str, handler: Option<&str>, files: &[&str]) -> Result<String, String> {
    let language = Language::by_name(language).expect("a language");
    let files = files.iter().map(|path| ((*path).to_owned(), String::new()));
    let program = Program::of_files(language, handler, files.collect());
    program
        .map(|program| format!("{}:{}", program.entry, program.handler))
        .map_err(|error| error.message)
}

#[test]
fn handlers_are_named_as_on_aws() {
    let check = |language, handler, files: &[&str], expect: &str| {
        assert_eq!(found(language, Some(handler), files), Ok(expect.to_owned()));
    };
    check(
        "javascript",
        "index.handler",
        &["index.mjs"],
        "index.mjs:handler",
    );
    check(
        "javascript",
        "src/app.default",
        &["src/app.js"],
        "src/app.js:default",
    );
    check(
        "javascript",
        "index.a.b",
        &["index.js", "index.a.js"],
        "index.js:a.b",
    );
    check(
        "python",
        "lambda_function.lambda_handler",
        &["lambda_function.py"],
        "lambda_function.py:lambda_handler",
    );
    check("python", "pkg.app.run", &["pkg/app.py"], "pkg/app.py:run");
    check("python", "pkg/app.run", &["pkg/app.py"], "pkg/app.py:run");
}

#[test]
fn without_a_handlers_name_the_usual_files_are_looked_for() {
    let check = |language, files: &[&str], expect: &str| {
        assert_eq!(found(language, None, files), Ok(expect.to_owned()));
    };
    check("javascript", &["a.js", "index.cjs"], "index.cjs:handler");
    check(
        "python",
        &["main.py", "lambda_function.py"],
        "lambda_function.py:lambda_handler",
    );
    check("python", &["main.py", "util.py"], "main.py:handler");
}

#[test]
fn a_handler_that_is_nowhere_is_told_with_what_there_is() {
    let told = |language, handler, files: &[&str]| found(language, handler, files).unwrap_err();
    assert_eq!(
        told("python", Some("app.run"), &["main.py", "app.js"]),
        "no file in Python is there for the handler 'app.run'; there is app.js, main.py"
    );
    assert!(
        told("javascript", None, &[]).ends_with("call its file index.js; there is no file at all")
    );
    assert!(
        told("javascript", Some("handler"), &["handler.js"]).contains("as 'index.handler' does")
    );
}

#[test]
fn one_file_is_called_as_its_function() {
    let language = Language::by_name("python").expect("a language");
    let name = "hello".parse().expect("a name");
    let program =
        |handler| Program::of_text(language, &name, handler, "x = 1".into()).expect("fits");
    assert_eq!(
        program(None),
        Program {
            entry: "hello.py".into(),
            handler: "handler".into(),
            files: BTreeMap::from([("hello.py".into(), "x = 1".into())]),
        }
    );
    assert_eq!(program(Some("main")).handler, "main");
    assert_eq!(program(Some("hello.main")).handler, "main");
}
