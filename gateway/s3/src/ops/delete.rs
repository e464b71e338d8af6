//! Objects that are deleted.

use s3s::dto::*;
use s3s::{S3Response, S3Result, s3_error};
use steploom_api::port::Buckets;
use steploom_types::limits::object::DELETES_MAX;

use super::{Call, error};
use crate::names;

pub(super) async fn one(
    buckets: &dyn Buckets,
    Call { account, input, .. }: Call<DeleteObjectInput>,
) -> S3Result<S3Response<DeleteObjectOutput>> {
    if input.if_match.is_some() || input.if_match_size.is_some() {
        return Err(s3_error!(
            NotImplemented,
            "An object is deleted whatever it is; leave out If-Match"
        ));
    }
    let bucket = names::known(&input.bucket)?;
    let deleted = buckets.delete_object(account, &bucket, &input.key).await;
    deleted.map_err(error::of)?;
    Ok(S3Response::new(DeleteObjectOutput::default()))
}

/// Deletes many, each for itself.
pub(super) async fn many(
    buckets: &dyn Buckets,
    Call { account, input, .. }: Call<DeleteObjectsInput>,
) -> S3Result<S3Response<DeleteObjectsOutput>> {
    let bucket = names::known(&input.bucket)?;
    let objects = input.delete.objects;
    if !(1..=DELETES_MAX).contains(&objects.len()) {
        return Err(s3_error!(
            MalformedXML,
            "The XML you provided was not well-formed or did not validate against our published schema"
        ));
    }
    buckets
        .find_bucket(account, &bucket)
        .await
        .map_err(error::of)?;
    let is_quiet = input.delete.quiet.unwrap_or_default();
    let (mut deleted, mut errors) = (Vec::new(), Vec::new());
    for object in objects {
        let version = object.version_id.as_deref();
        let done = if version.is_some_and(|version| !matches!(version, "" | "null")) {
            Err(s3_error!(NotImplemented, "Objects have no versions"))
        } else if object.e_tag.is_some() {
            Err(s3_error!(
                NotImplemented,
                "An object is deleted whatever it is"
            ))
        } else {
            let done = buckets.delete_object(account, &bucket, &object.key).await;
            done.map_err(error::of)
        };
        match done {
            Ok(()) if is_quiet => {}
            Ok(()) => deleted.push(DeletedObject {
                key: Some(object.key),
                ..DeletedObject::default()
            }),
            Err(error) => errors.push(Error {
                code: Some(error.code().as_str().to_owned()),
                key: Some(object.key),
                message: error.message().map(str::to_owned),
                version_id: None,
            }),
        }
    }
    Ok(S3Response::new(DeleteObjectsOutput {
        deleted: Some(deleted),
        errors: Some(errors),
        request_charged: None,
    }))
}
