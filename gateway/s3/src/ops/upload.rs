//! Objects that are put in parts.

use s3s::dto::*;
use s3s::{S3Response, S3Result, s3_error};
use steploom_api::port::{Buckets, ListUploads, UploadPlace};
use steploom_types::limits::object::PARTS_MAX;

use super::bucket::owner;
use super::conditions::over;
use super::list::{Encoding, most};
use super::object::full;
use super::{Call, content, error};
use crate::said::said;
use crate::{names, said};

pub(super) async fn create(
    buckets: &dyn Buckets,
    Call {
        account, mut input, ..
    }: Call<CreateMultipartUploadInput>,
) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
    let bucket = names::known(&input.bucket)?;
    let about = said!(input).about()?;
    let upload = buckets
        .start_upload(account, &bucket, &input.key, about)
        .await;
    let upload = upload.map_err(error::of)?;
    Ok(S3Response::new(CreateMultipartUploadOutput {
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(upload.id),
        checksum_algorithm: input.checksum_algorithm,
        ..CreateMultipartUploadOutput::default()
    }))
}

/// A part's number.
pub(super) fn number(wanted: i32) -> S3Result<u32> {
    u32::try_from(wanted)
        .ok()
        .filter(|number| (1..=PARTS_MAX).contains(number))
        .ok_or_else(|| {
            s3_error!(
                InvalidArgument,
                "Part number must be an integer between 1 and 10000, inclusive"
            )
        })
}

pub(super) async fn part(
    buckets: &dyn Buckets,
    call: Call<UploadPartInput>,
) -> S3Result<S3Response<UploadPartOutput>> {
    let Call {
        account,
        sums,
        input,
    } = call;
    let number = number(input.part_number)?;
    let place = UploadPlace {
        bucket: names::known(&input.bucket)?,
        key: input.key,
        id: input.upload_id,
    };
    let part = buckets
        .put_part(account, &place, number, content(input.body))
        .await;
    let part = part.map_err(error::of)?;
    let sums = sums.get();
    Ok(S3Response::new(UploadPartOutput {
        e_tag: Some(said::etag(&part.etag)),
        checksum_crc32: sums.checksum_crc32,
        checksum_crc32c: sums.checksum_crc32c,
        checksum_crc64nvme: sums.checksum_crc64nvme,
        checksum_sha1: sums.checksum_sha1,
        checksum_sha256: sums.checksum_sha256,
        ..UploadPartOutput::default()
    }))
}

pub(super) async fn complete(
    buckets: &dyn Buckets,
    Call { account, input, .. }: Call<CompleteMultipartUploadInput>,
) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
    let malformed = || {
        s3_error!(
            MalformedXML,
            "The XML you provided was not well-formed or did not validate against our published schema"
        )
    };
    let place = UploadPlace {
        bucket: names::known(&input.bucket)?,
        key: input.key,
        id: input.upload_id,
    };
    let parts = input.multipart_upload.and_then(|upload| upload.parts);
    let parts = parts.unwrap_or_default();
    if !(1..=PARTS_MAX as usize).contains(&parts.len()) {
        return Err(malformed());
    }
    let parts = parts.into_iter().map(|part| {
        let etag = part.e_tag.ok_or_else(malformed)?;
        Ok((
            number(part.part_number.ok_or_else(malformed)?)?,
            etag.into_value(),
        ))
    });
    let parts = parts.collect::<S3Result<Vec<_>>>()?;
    let over = over(input.if_match, input.if_none_match)?;
    let object = buckets.finish_upload(account, &place, parts, over).await;
    let object = object.map_err(error::of)?;
    Ok(S3Response::new(CompleteMultipartUploadOutput {
        location: Some(format!("/{}/{}", place.bucket, place.key)),
        bucket: Some(input.bucket),
        key: Some(place.key),
        e_tag: Some(said::etag(&object.etag)),
        checksum_crc32: Some(object.crc32),
        checksum_type: Some(full()),
        ..CompleteMultipartUploadOutput::default()
    }))
}

pub(super) async fn abort(
    buckets: &dyn Buckets,
    Call { account, input, .. }: Call<AbortMultipartUploadInput>,
) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
    let place = UploadPlace {
        bucket: names::known(&input.bucket)?,
        key: input.key,
        id: input.upload_id,
    };
    buckets
        .abort_upload(account, &place)
        .await
        .map_err(error::of)?;
    Ok(S3Response::new(AbortMultipartUploadOutput::default()))
}

pub(super) async fn parts(
    buckets: &dyn Buckets,
    Call { account, input, .. }: Call<ListPartsInput>,
) -> S3Result<S3Response<ListPartsOutput>> {
    let place = UploadPlace {
        bucket: names::known(&input.bucket)?,
        key: input.key,
        id: input.upload_id,
    };
    let limit = most("max-parts", input.max_parts)?;
    let marker = input.part_number_marker.unwrap_or_default();
    let after = u32::try_from(marker)
        .map_err(|_| s3_error!(InvalidArgument, "part-number-marker must not be negative"))?;
    let listed = buckets.list_parts(account, &place, after, limit).await;
    let (found, more) = listed.map_err(error::of)?;
    let parts = found.iter().map(|part| Part {
        part_number: Some(part.number as i32),
        size: Some(part.size_bytes as i64),
        e_tag: Some(said::etag(&part.etag)),
        checksum_crc32: Some(part.crc32.clone()),
        last_modified: Some(said::time(part.modified_at)),
        ..Part::default()
    });
    let last = found.last().map(|part| part.number as i32);
    Ok(S3Response::new(ListPartsOutput {
        bucket: Some(input.bucket),
        key: Some(place.key),
        upload_id: Some(place.id),
        parts: Some(parts.collect()),
        is_truncated: Some(more),
        part_number_marker: Some(marker),
        next_part_number_marker: last,
        max_parts: Some(limit as i32),
        owner: Some(owner(account)),
        storage_class: Some(StorageClass::from_static(StorageClass::STANDARD)),
        ..ListPartsOutput::default()
    }))
}

pub(super) async fn list(
    buckets: &dyn Buckets,
    Call { account, input, .. }: Call<ListMultipartUploadsInput>,
) -> S3Result<S3Response<ListMultipartUploadsOutput>> {
    if input
        .delimiter
        .as_ref()
        .is_some_and(|text| !text.is_empty())
    {
        return Err(s3_error!(
            NotImplemented,
            "Uploads are listed without a delimiter"
        ));
    }
    let encoding = Encoding::of(input.encoding_type.as_ref())?;
    let limit = most("max-uploads", input.max_uploads)?;
    let bucket = names::known(&input.bucket)?;
    // Without an id, behind all uploads of the key.
    let id = input.upload_id_marker.clone().filter(|id| !id.is_empty());
    let after = input.key_marker.clone().filter(|key| !key.is_empty());
    let after = after.map(|key| (key, id.unwrap_or_else(|| char::MAX.to_string())));
    let list = ListUploads {
        prefix: input.prefix.clone().unwrap_or_default(),
        after,
        limit,
    };
    let found = buckets.list_uploads(account, &bucket, list).await;
    let found = found.map_err(error::of)?;
    let uploads = found.items.iter().map(|upload| MultipartUpload {
        key: Some(encoding.text(&upload.key)),
        upload_id: Some(upload.id.clone()),
        initiated: Some(said::time(upload.started_at)),
        owner: Some(owner(account)),
        storage_class: Some(StorageClass::from_static(StorageClass::STANDARD)),
        ..MultipartUpload::default()
    });
    let last = found.items.last().filter(|_| found.more);
    Ok(S3Response::new(ListMultipartUploadsOutput {
        bucket: Some(input.bucket),
        uploads: Some(uploads.collect()),
        is_truncated: Some(found.more),
        next_key_marker: last.map(|last| encoding.text(&last.key)),
        next_upload_id_marker: last.map(|last| last.id.clone()),
        key_marker: Some(encoding.text(&input.key_marker.unwrap_or_default())),
        upload_id_marker: Some(input.upload_id_marker.unwrap_or_default()),
        max_uploads: Some(limit as i32),
        prefix: Some(encoding.text(&input.prefix.unwrap_or_default())),
        encoding_type: input.encoding_type,
        ..ListMultipartUploadsOutput::default()
    }))
}
