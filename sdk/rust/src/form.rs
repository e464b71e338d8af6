//! A form of two parts (RFC 7578). It is made whole in memory so that a call can be repeated.

use bytes::Bytes;

/// A form's content type and body.
pub(crate) struct Form {
    pub(crate) kind: String,
    pub(crate) body: Bytes,
}

/// The form of an upload. 128 random bits keep the boundary from standing in the module.
pub(crate) fn of_upload(module: &[u8], settings: &[u8]) -> Form {
    let boundary = format!("steploom-{:032x}", rand::random::<u128>());
    let mut body = Vec::with_capacity(module.len() + settings.len() + 512);
    for (name, kind, content) in [
        ("settings", "application/json", settings),
        ("module", "application/wasm", module),
    ] {
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\nContent-Type: {kind}\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    Form {
        kind: format!("multipart/form-data; boundary={boundary}"),
        body: body.into(),
    }
}
