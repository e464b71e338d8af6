use std::io::Write as _;

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;

fn zipped(files: &[(&str, &[u8])]) -> Bytes {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        writer
            .start_file(*name, SimpleFileOptions::default())
            .unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner().into()
}

#[test]
fn the_module_is_taken_out_of_its_zip() {
    let check = |files: &[(&str, &[u8])], expect: Result<&str, &str>| {
        let found = module(zipped(files)).map_err(|failure| failure.message);
        let found = found.as_deref().map_err(String::as_str);
        assert_eq!(found, expect.map(str::as_bytes));
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
    check(
        &[("a.wasm", b"1"), ("b.wasm", b"2")],
        Err("The zip has 2 WebAssembly modules; call the one to run bootstrap.wasm"),
    );
    check(
        &[("handler.py", b"")],
        Err("The zip has no WebAssembly module (*.wasm) in it"),
    );
}

#[test]
fn what_is_no_zip_or_too_large_is_refused() {
    let told = |zip: Bytes| module(zip).unwrap_err().message;
    assert_eq!(told(Bytes::from_static(b"this is no zip")), CANNOT_UNZIP);
    let whole = zipped(&[("a.wasm", &[7; 10_000])]);
    assert_eq!(told(whole.slice(..whole.len() - 30)), CANNOT_UNZIP);
    let bomb = vec![0; limits::MODULE_BYTES_MAX + 1];
    assert!(told(zipped(&[("a.wasm", &bomb)])).starts_with("Unzipped size"));
    let many = b"PK\x01\x02".repeat(limits::LAMBDA_ZIP_ENTRIES_MAX + 1);
    assert!(told(many.into()).starts_with("The zip may have"));
}
