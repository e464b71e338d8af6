//! An object: put, read, looked at.

use std::ops;

use http::header::{CONTENT_SECURITY_POLICY, ETAG, LAST_MODIFIED, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderMap, HeaderValue};
use http_body_util::StreamBody;
use s3s::dto::*;
use s3s::{Body, S3Error, S3Response, S3Result, s3_error};
use steploom_api::port::{Buckets, Object, PutObject};
use steploom_types::Error;

use super::conditions::{Conditions, over};
use super::{Call, content, error};
use crate::said::{said, say};
use crate::{names, said};

pub(super) async fn put(
    buckets: &dyn Buckets,
    call: Call<PutObjectInput>,
) -> S3Result<S3Response<PutObjectOutput>> {
    let Call {
        account,
        sums,
        mut input,
    } = call;
    let bucket = names::known(&input.bucket)?;
    let put = PutObject {
        about: said!(input).about()?,
        over: over(input.if_match, input.if_none_match)?,
    };
    let object = buckets
        .put_object(account, &bucket, &input.key, put, content(input.body))
        .await
        .map_err(error::of)?;
    let sums = sums.get();
    Ok(S3Response::new(PutObjectOutput {
        e_tag: Some(said::etag(&object.etag)),
        checksum_crc32: sums.checksum_crc32,
        checksum_crc32c: sums.checksum_crc32c,
        checksum_crc64nvme: sums.checksum_crc64nvme,
        checksum_sha1: sums.checksum_sha1,
        checksum_sha256: sums.checksum_sha256,
        ..PutObjectOutput::default()
    }))
}

/// What of an object is wanted.
struct Wanted {
    conditions: Conditions,
    range: Option<Range>,
    /// What was seen of it last.
    seen: Option<Object>,
}

impl Wanted {
    fn choose(&mut self, object: &Object) -> steploom_types::Result<ops::Range<u64>> {
        self.seen = Some(object.clone());
        self.conditions.check(object)?;
        match &self.range {
            None => Ok(0..object.size_bytes),
            // Of nothing, the end is nothing too: that is no range, though it would not fail.
            Some(range) => range
                .check(object.size_bytes)
                .ok()
                .filter(|range| !range.is_empty())
                .ok_or_else(|| Error::invalid("InvalidRange", "the object ends before it")),
        }
    }

    /// An error, with what HTTP wants to be told with it.
    fn refuse(&self, error: Error) -> S3Error {
        let (code, mut error) = (error.code, error::of(error));
        let Some(object) = &self.seen else {
            return error;
        };
        let mut headers = HeaderMap::new();
        if code == "NotModified" {
            if let Ok(etag) = said::etag(&object.etag).to_http_header() {
                headers.insert(ETAG, etag);
            }
            let mut date = Vec::new();
            let at = said::time(object.modified_at);
            if at.format(TimestampFormat::HttpDate, &mut date).is_ok()
                && let Ok(date) = HeaderValue::from_bytes(&date)
            {
                headers.insert(LAST_MODIFIED, date);
            }
        }
        if code == "InvalidRange"
            && let Ok(all) = HeaderValue::try_from(format!("bytes */{}", object.size_bytes))
        {
            headers.insert(http::header::CONTENT_RANGE, all);
        }
        if !headers.is_empty() {
            // s3s shows these in place of its own.
            headers.insert(
                http::header::CONTENT_TYPE,
                HeaderValue::from_static("application/xml"),
            );
            error.set_headers(headers);
        }
        error
    }
}

pub(super) async fn get(
    buckets: &dyn Buckets,
    Call { account, input, .. }: Call<GetObjectInput>,
) -> S3Result<S3Response<GetObjectOutput>> {
    let bucket = names::known(&input.bucket)?;
    let mut wanted = Wanted {
        conditions: Conditions {
            if_match: input.if_match,
            if_none_match: input.if_none_match,
            if_modified_since: input.if_modified_since,
            if_unmodified_since: input.if_unmodified_since,
        },
        range: input.range,
        seen: None,
    };
    let mut range = 0..0;
    let mut choose = |object: &Object| {
        range = wanted.choose(object)?;
        Ok(range.clone())
    };
    let found = buckets.read_object(account, &bucket, &input.key, &mut choose);
    let (object, content) = found.await.map_err(|error| wanted.refuse(error))?;
    let mut output = GetObjectOutput::default();
    say!(output, &object);
    output.content_length = Some((range.end - range.start) as i64);
    if wanted.range.is_some() {
        let (last, all) = (range.end - 1, object.size_bytes);
        output.content_range = Some(format!("bytes {}-{last}/{all}", range.start));
    } else if input.checksum_mode.is_some() {
        output.checksum_crc32 = Some(object.crc32);
        output.checksum_type = Some(full());
    }
    let content = futures::TryStreamExt::map_ok(content, http_body::Frame::data);
    let content = Body::http_body_unsync(StreamBody::new(content));
    output.body = Some(StreamingBlob::from(content));
    let mut response = S3Response::new(output);
    // What somebody has put is never a page of ours, though a browser may be shown it.
    let sandbox = HeaderValue::from_static("sandbox");
    response.headers.insert(CONTENT_SECURITY_POLICY, sandbox);
    let nosniff = HeaderValue::from_static("nosniff");
    response.headers.insert(X_CONTENT_TYPE_OPTIONS, nosniff);
    Ok(response)
}

pub(super) async fn head(
    buckets: &dyn Buckets,
    Call { account, input, .. }: Call<HeadObjectInput>,
) -> S3Result<S3Response<HeadObjectOutput>> {
    let bucket = names::known(&input.bucket)?;
    let mut wanted = Wanted {
        conditions: Conditions {
            if_match: input.if_match,
            if_none_match: input.if_none_match,
            if_modified_since: input.if_modified_since,
            if_unmodified_since: input.if_unmodified_since,
        },
        range: input.range,
        seen: None,
    };
    let object = buckets.find_object(account, &bucket, &input.key).await;
    let object = object.map_err(error::of)?;
    let range = wanted
        .choose(&object)
        .map_err(|error| wanted.refuse(error))?;
    let mut output = HeadObjectOutput::default();
    say!(output, &object);
    output.content_length = Some((range.end - range.start) as i64);
    let mut status = None;
    if wanted.range.is_some() {
        let (last, all) = (range.end - 1, object.size_bytes);
        output.content_range = Some(format!("bytes {}-{last}/{all}", range.start));
        status = Some(http::StatusCode::PARTIAL_CONTENT);
    } else if input.checksum_mode.is_some() {
        output.checksum_crc32 = Some(object.crc32);
        output.checksum_type = Some(full());
    }
    let mut response = S3Response::new(output);
    response.status = status;
    Ok(response)
}

/// No object has tags. Clients ask before they copy one in parts.
pub(super) async fn tags(
    buckets: &dyn Buckets,
    Call { account, input, .. }: Call<GetObjectTaggingInput>,
) -> S3Result<S3Response<GetObjectTaggingOutput>> {
    let bucket = names::known(&input.bucket)?;
    let object = buckets.find_object(account, &bucket, &input.key).await;
    object.map_err(error::of)?;
    Ok(S3Response::new(GetObjectTaggingOutput {
        tag_set: Vec::new(),
        version_id: None,
    }))
}

/// The kind of a checksum that is of the whole object, however it was put.
pub(super) fn full() -> ChecksumType {
    ChecksumType::from_static(ChecksumType::FULL_OBJECT)
}

/// The bytes that a copy takes of an object, as `bytes=first-last`, both within it.
pub(super) fn part_of(range: Option<&str>, object: &Object) -> S3Result<ops::Range<u64>> {
    let Some(text) = range else {
        return Ok(0..object.size_bytes);
    };
    let wrong = || {
        s3_error!(
            InvalidArgument,
            "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy"
        )
    };
    match Range::parse(text) {
        Ok(Range::Int {
            first,
            last: Some(last),
        }) if last < object.size_bytes => Ok(first..last + 1),
        Ok(Range::Int { last: Some(_), .. }) => Err(s3_error!(
            InvalidRange,
            "The requested range is not satisfiable"
        )),
        _ => Err(wrong()),
    }
}
