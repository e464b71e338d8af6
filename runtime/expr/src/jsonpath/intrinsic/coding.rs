//! Base64 and hashes.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;
use sha2::Digest as _;
use steploom_types::limits::expression::CODED_CHARS_MAX;

use super::{Args, Failure};

/// `States.Base64Encode(text)`.
pub(super) fn base64_encode(args: &Args) -> Result<Value, Failure> {
    Ok(STANDARD.encode(bounded(args.text(0)?)?).into())
}

/// `States.Base64Decode(text)`.
pub(super) fn base64_decode(args: &Args) -> Result<Value, Failure> {
    let bytes = STANDARD
        .decode(bounded(args.text(0)?)?)
        .map_err(|e| format!("argument 1 is not Base64: {e}"))?;
    let text = String::from_utf8(bytes).map_err(|_| "what is decoded is not UTF-8")?;
    Ok(text.into())
}

/// `States.Hash(data, algorithm)`, in hexadecimal. Data that is not a text is hashed as JSON.
pub(super) fn hash(args: &Args) -> Result<Value, Failure> {
    let printed;
    let data = match args.value(0) {
        Value::String(text) => text.as_str(),
        other => {
            printed = other.to_string();
            &printed
        }
    };
    let data = bounded(data)?;
    let text = match args.text(1)? {
        "MD5" => hex::encode(md5::Md5::digest(data)),
        "SHA-1" => hex::encode(sha1::Sha1::digest(data)),
        "SHA-256" => hex::encode(sha2::Sha256::digest(data)),
        "SHA-384" => hex::encode(sha2::Sha384::digest(data)),
        "SHA-512" => hex::encode(sha2::Sha512::digest(data)),
        other => {
            return Err(format!(
                "the algorithm '{other}' is none of MD5, SHA-1, SHA-256, SHA-384 and SHA-512"
            )
            .into());
        }
    };
    Ok(text.into())
}

fn bounded(text: &str) -> Result<&str, Failure> {
    if text.chars().count() > CODED_CHARS_MAX {
        return Err(format!("argument 1 has more than {CODED_CHARS_MAX} characters").into());
    }
    Ok(text)
}
