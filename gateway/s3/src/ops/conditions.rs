//! Whether an object is as a request wants it to be.

use s3s::dto::{ETagCondition, Timestamp};
use s3s::{S3Result, s3_error};
use steploom_api::port::{Object, Over};
use steploom_types::{Error, Result};

use crate::said;

/// What a request says of the object that it wants.
#[derive(Default)]
#[expect(
    clippy::struct_field_names,
    reason = "they are named as HTTP names them"
)]
pub(super) struct Conditions {
    pub(super) if_match: Option<ETagCondition>,
    pub(super) if_none_match: Option<ETagCondition>,
    pub(super) if_modified_since: Option<Timestamp>,
    pub(super) if_unmodified_since: Option<Timestamp>,
}

impl Conditions {
    /// Checks them in the order of RFC 9110, section 13.2.2.
    ///
    /// # Errors
    /// `PreconditionFailed`, or `NotModified` for what a reader has already.
    pub(super) fn check(&self, object: &Object) -> Result<()> {
        let modified = said::time(object.modified_at);
        let is = |wanted: &ETagCondition| match wanted.as_etag() {
            Some(etag) => etag.value() == object.etag,
            None => true,
        };
        let is_wanted = match (&self.if_match, &self.if_unmodified_since) {
            (Some(wanted), _) => is(wanted),
            (None, Some(since)) => modified <= *since,
            (None, None) => true,
        };
        if !is_wanted {
            return Err(Error::conflict(
                "PreconditionFailed",
                "it is another object",
            ));
        }
        let is_new = match (&self.if_none_match, &self.if_modified_since) {
            (Some(known), _) => !is(known),
            (None, Some(since)) => modified > *since,
            (None, None) => true,
        };
        if !is_new {
            return Err(Error::conflict("NotModified", "it is the same object"));
        }
        Ok(())
    }
}

/// What a writer says of what it replaces.
pub(super) fn over(
    if_match: Option<ETagCondition>,
    if_none_match: Option<ETagCondition>,
) -> S3Result<Over> {
    match (if_match, if_none_match) {
        (None, None) => Ok(Over::Anything),
        (Some(ETagCondition::ETag(etag)), None) => Ok(Over::ETag(etag.into_value())),
        (None, Some(ETagCondition::Any)) => Ok(Over::Nothing),
        _ => Err(s3_error!(
            NotImplemented,
            "An object is written with If-None-Match: * or with If-Match and an ETag"
        )),
    }
}
