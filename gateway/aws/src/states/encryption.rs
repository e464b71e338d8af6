//! How AWS is asked to encrypt a thing. Here the storage below does that or does not; nobody's key is used, and
//! who asks for one must hear so.

use serde::Deserialize;

use crate::Failure;

/// Such as `{"type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": "..."}`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Encryption {
    #[serde(rename = "type")]
    kind: String,
}

/// # Errors
/// `InvalidEncryptionConfiguration` for a key of one's own.
pub(super) fn ensure_ours(given: Option<&Encryption>) -> Result<(), Failure> {
    match given {
        Some(encryption) if encryption.kind != "AWS_OWNED_KEY" => Err(Failure::new(
            "InvalidEncryptionConfiguration",
            format!(
                "Invalid Encryption Configuration: '{}' is not available here, only AWS_OWNED_KEY",
                encryption.kind
            ),
        )),
        _ => Ok(()),
    }
}
