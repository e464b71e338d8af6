use std::io::{Cursor, Write as _};

use bytes::Bytes;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{CANNOT_UNZIP, read};
use steploom_package::Language;

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
fn a_module_goes_before_the_language_of_the_runtime() {
    let python = Language::of_lambda("python3.13");
    let both = zipped(&[("a.py", b"1"), ("a.wasm", b"module")]);
    let (code, language) = read(both, python).unwrap_or_else(|_| panic!("can be read"));
    assert_eq!((code.as_ref(), language.is_none()), (&b"module"[..], true));
    let program = zipped(&[("a.py", b"1")]);
    let (code, language) = read(program.clone(), python).unwrap_or_else(|_| panic!("can be read"));
    assert_eq!(code, program);
    assert_eq!(language.map(|language| language.name), Some("python"));
}

#[test]
fn what_cannot_be_unzipped_is_refused_in_the_words_of_aws() {
    let told = |zip: Bytes| read(zip, None).map(drop).unwrap_err().message;
    assert_eq!(told(Bytes::from_static(b"this is no zip")), CANNOT_UNZIP);
    assert_eq!(
        told(zipped(&[("handler.py", b"")])),
        "the zip has no WebAssembly module (*.wasm) in it"
    );
}
