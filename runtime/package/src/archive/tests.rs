use std::io::{Cursor, Write as _};

use bytes::Bytes;
use steploom_types::limits::{self, package};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::Archive;

fn zipped(files: &[(&str, &[u8])]) -> Bytes {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        let options = SimpleFileOptions::default();
        writer.start_file(*name, options).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner().into()
}

fn module(files: &[(&str, &[u8])]) -> Result<Bytes, &'static str> {
    let archive = Archive::open(zipped(files));
    let module = archive.and_then(|mut archive| archive.module());
    module.map_err(|error| error.code)
}

fn texts(files: &[(&str, &[u8])]) -> Result<Vec<(String, String)>, &'static str> {
    let archive = Archive::open(zipped(files));
    let texts = archive.and_then(|mut archive| archive.texts());
    texts
        .map(|files| files.into_iter().collect())
        .map_err(|error| error.code)
}

#[test]
fn the_module_is_taken_out_of_its_zip() {
    let check = |files: &[(&str, &[u8])], expect: Result<&'static str, &'static str>| {
        assert_eq!(
            module(files),
            expect.map(|text| Bytes::from_static(text.as_bytes()))
        );
    };
    check(&[("any/name.wasm", b"one")], Ok("one"));
    check(
        &[
            ("README", b""),
            ("__MACOSX/a.wasm", b""),
            ("a.wasm", b"one"),
        ],
        Ok("one"),
    );
    check(&[("a.wasm", b"one"), ("bootstrap.wasm", b"two")], Ok("two"));
    check(&[("a.wasm", b"1"), ("b.wasm", b"2")], Err("SeveralModules"));
    check(&[("handler.py", b"")], Err("NoModule"));
}

#[test]
fn the_texts_are_taken_out_of_their_zip() {
    let files: &[(&str, &[u8])] = &[
        ("./index.mjs", b"export {}"),
        ("lib/", b""),
        ("lib/a.js", "\u{fc}".as_bytes()),
        ("lib/__pycache__/a.pyc", b"\xff\xfe"),
    ];
    let expect = [("index.mjs", "export {}"), ("lib/a.js", "\u{fc}")];
    let expect = expect.map(|(path, text)| (path.to_owned(), text.to_owned()));
    assert_eq!(texts(files), Ok(expect.to_vec()));
}

#[test]
fn paths_that_lead_out_and_what_is_no_text_are_refused() {
    for name in [
        "../a.py",
        "a/../../b.py",
        "/etc/a.py",
        "a\\b.py",
        "c:a.py",
        "a//b.py",
    ] {
        assert_eq!(texts(&[(name, b"1")]), Err("UnsafePath"), "{name}");
    }
    assert_eq!(texts(&[("a.so", b"\x7fELF\xff")]), Err("NotText"));
}

#[test]
fn what_is_no_zip_or_too_large_is_refused() {
    let code = |zip: Bytes| {
        let archive = Archive::open(zip);
        let read = archive.and_then(|mut archive| archive.module());
        read.unwrap_err().code
    };
    assert_eq!(code(Bytes::from_static(b"this is no zip")), "NotAZip");
    let whole = zipped(&[("a.wasm", &[7; 10_000])]);
    assert_eq!(code(whole.slice(..whole.len() - 30)), "NotAZip");
    let many = b"PK\x01\x02".repeat(limits::LAMBDA_ZIP_ENTRIES_MAX + 1);
    assert_eq!(code(many.into()), "TooManyFiles");
    let bomb = vec![0; limits::MODULE_BYTES_MAX + 1];
    assert_eq!(module(&[("a.wasm", &bomb)]), Err("ModuleTooLarge"));
    let half = vec![b' '; package::BYTES_MAX / 2 + 1];
    let two: &[(&str, &[u8])] = &[("a.py", &half), ("b.py", &half)];
    assert_eq!(texts(two), Err("PackageTooLarge"));
    let names: Vec<_> = (0..=package::FILES_MAX)
        .map(|n| format!("{n}.py"))
        .collect();
    let many: Vec<(&str, &[u8])> = names.iter().map(|n| (n.as_str(), &b""[..])).collect();
    assert_eq!(texts(&many), Err("TooManyFiles"));
}
