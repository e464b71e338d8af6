//! Copies of objects, and of parts of them: read here and put there, as a stream.

use s3s::dto::*;
use s3s::{S3Error, S3Response, S3Result, s3_error};
use steploom_api::port::{self, Buckets, Content, PutObject, UploadPlace};
use steploom_types::{AccountId, Error, Name};

use super::conditions::Conditions;
use super::object::{full, part_of};
use super::upload::number;
use super::{Call, error};
use crate::said::said;
use crate::{names, said};

/// What is copied.
struct Source {
    bucket: Name,
    key: String,
    conditions: Conditions,
}

impl Source {
    fn new(source: &CopySource, conditions: Conditions) -> S3Result<Self> {
        let CopySource::Bucket {
            bucket,
            key,
            version_id,
        } = source
        else {
            return Err(s3_error!(
                NotImplemented,
                "The source of a copy must be a bucket's object"
            ));
        };
        if version_id
            .as_ref()
            .is_some_and(|version| &**version != "null")
        {
            return Err(s3_error!(NotImplemented, "Objects have no versions"));
        }
        Ok(Self {
            bucket: names::known(bucket)?,
            key: key.to_string(),
            conditions,
        })
    }

    async fn read(
        &self,
        buckets: &dyn Buckets,
        account: AccountId,
        range: Option<&str>,
    ) -> S3Result<(port::Object, Content)> {
        let mut refused: Option<S3Error> = None;
        let mut choose = |object: &port::Object| {
            self.conditions.check(object).map_err(|_| {
                // Of a copy, nobody has anything yet.
                Error::conflict("PreconditionFailed", "it is another object")
            })?;
            part_of(range, object).map_err(|why| {
                refused = Some(why);
                Error::invalid("InvalidArgument", "")
            })
        };
        let found = buckets
            .read_object(account, &self.bucket, &self.key, &mut choose)
            .await;
        found.map_err(|error| refused.unwrap_or_else(|| error::of(error)))
    }
}

pub(super) async fn object(
    buckets: &dyn Buckets,
    Call {
        account, mut input, ..
    }: Call<CopyObjectInput>,
) -> S3Result<S3Response<CopyObjectOutput>> {
    let bucket = names::known(&input.bucket)?;
    let source = Source::new(
        &input.copy_source,
        Conditions {
            if_match: input.copy_source_if_match.take(),
            if_none_match: input.copy_source_if_none_match.take(),
            if_modified_since: input.copy_source_if_modified_since.take(),
            if_unmodified_since: input.copy_source_if_unmodified_since.take(),
        },
    )?;
    let replaces = match input
        .metadata_directive
        .as_ref()
        .map(MetadataDirective::as_str)
    {
        None | Some(MetadataDirective::COPY) => false,
        Some(MetadataDirective::REPLACE) => true,
        Some(_) => return Err(s3_error!(InvalidArgument, "Unknown metadata directive.")),
    };
    if !replaces && source.bucket == bucket && source.key == input.key {
        return Err(s3_error!(
            InvalidRequest,
            "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes."
        ));
    }
    let (found, content) = source.read(buckets, account, None).await?;
    let about = if replaces {
        said!(input).about()?
    } else {
        found.about
    };
    let put = PutObject {
        about,
        ..PutObject::default()
    };
    let object = buckets
        .put_object(account, &bucket, &input.key, put, content)
        .await;
    let object = object.map_err(error::of)?;
    Ok(S3Response::new(CopyObjectOutput {
        copy_object_result: Some(CopyObjectResult {
            e_tag: Some(said::etag(&object.etag)),
            last_modified: Some(said::time(object.modified_at)),
            checksum_crc32: Some(object.crc32),
            checksum_type: Some(full()),
            ..CopyObjectResult::default()
        }),
        ..CopyObjectOutput::default()
    }))
}

pub(super) async fn part(
    buckets: &dyn Buckets,
    Call { account, input, .. }: Call<UploadPartCopyInput>,
) -> S3Result<S3Response<UploadPartCopyOutput>> {
    let place = UploadPlace {
        bucket: names::known(&input.bucket)?,
        key: input.key,
        id: input.upload_id,
    };
    let source = Source::new(
        &input.copy_source,
        Conditions {
            if_match: input.copy_source_if_match,
            if_none_match: input.copy_source_if_none_match,
            if_modified_since: input.copy_source_if_modified_since,
            if_unmodified_since: input.copy_source_if_unmodified_since,
        },
    )?;
    let number = number(input.part_number)?;
    let range = input.copy_source_range.as_deref();
    let (_, content) = source.read(buckets, account, range).await?;
    let part = buckets.put_part(account, &place, number, content).await;
    let part = part.map_err(error::of)?;
    Ok(S3Response::new(UploadPartCopyOutput {
        copy_part_result: Some(CopyPartResult {
            e_tag: Some(said::etag(&part.etag)),
            last_modified: Some(said::time(part.modified_at)),
            checksum_crc32: Some(part.crc32),
            ..CopyPartResult::default()
        }),
        ..UploadPartCopyOutput::default()
    }))
}
