//! `$hash`.

use jsonata_core::evaluator::EvaluatorError;
use jsonata_core::value::JValue;
use sha2::Digest as _;

use super::Call;
use crate::jsonata::error::thrown;

/// `$hash(text, algorithm)`, in hexadecimal.
pub(super) fn hash(call: &Call<'_>) -> Result<JValue, EvaluatorError> {
    call.wants(2)?;
    if call.lacks(0) {
        return Ok(JValue::Undefined);
    }
    let data = call.text(0)?;
    let text = match call.text(1)? {
        "MD5" => hex::encode(md5::Md5::digest(data)),
        "SHA-1" => hex::encode(sha1::Sha1::digest(data)),
        "SHA-256" => hex::encode(sha2::Sha256::digest(data)),
        "SHA-384" => hex::encode(sha2::Sha384::digest(data)),
        "SHA-512" => hex::encode(sha2::Sha512::digest(data)),
        other => {
            return Err(thrown(format!(
                "The algorithm '{other}' is none of MD5, SHA-1, SHA-256, SHA-384 and SHA-512"
            )));
        }
    };
    Ok(text.into())
}
