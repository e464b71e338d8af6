//! Lists of objects.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use s3s::dto::*;
use s3s::{S3Response, S3Result, s3_error};
use steploom_api::port::{self, Buckets, ListKeys, Listed};
use steploom_types::{AccountId, limits};

use super::bucket::owner;
use super::{Call, error};
use crate::{names, said};

/// How texts stand in an answer.
#[derive(Clone, Copy)]
pub(super) enum Encoding {
    Plain,
    /// In percent-encoding, as XML cannot have every character.
    Url,
}

impl Encoding {
    pub(super) fn of(wanted: Option<&EncodingType>) -> S3Result<Self> {
        match wanted.map(EncodingType::as_str) {
            None | Some("") => Ok(Self::Plain),
            Some(EncodingType::URL) => Ok(Self::Url),
            Some(_) => Err(s3_error!(
                InvalidArgument,
                "Invalid Encoding Method specified in Request"
            )),
        }
    }

    pub(super) fn text(self, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Url => encoded(text),
        }
    }

    fn prefixes(self, prefixes: &[String]) -> Option<Vec<CommonPrefix>> {
        let each = prefixes.iter().map(|prefix| CommonPrefix {
            prefix: Some(self.text(prefix)),
        });
        (!prefixes.is_empty()).then(|| each.collect())
    }

    fn objects(self, objects: &[port::Object], owner: Option<&Owner>) -> Vec<Object> {
        let each = objects.iter().map(|object| Object {
            key: Some(self.text(&object.key)),
            e_tag: Some(said::etag(&object.etag)),
            last_modified: Some(said::time(object.modified_at)),
            size: Some(object.size_bytes as i64),
            storage_class: Some(ObjectStorageClass::from_static(
                ObjectStorageClass::STANDARD,
            )),
            owner: owner.cloned(),
            ..Object::default()
        });
        each.collect()
    }
}

fn encoded(text: &str) -> String {
    use std::fmt::Write as _;

    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                encoded.push(char::from(byte));
            }
            // Writing to a text does not fail.
            _ => drop(write!(encoded, "%{byte:02X}")),
        }
    }
    encoded
}

/// How many items an answer may have, as it was asked for.
pub(super) fn most(name: &str, wanted: Option<i32>) -> S3Result<u32> {
    let Some(wanted) = wanted else {
        return Ok(limits::PAGE_SIZE_MAX);
    };
    let wanted = u32::try_from(wanted).map_err(|_| {
        s3_error!(
            InvalidArgument,
            "Argument {name} must be an integer between 0 and 2147483647"
        )
    })?;
    Ok(wanted.min(limits::PAGE_SIZE_MAX))
}

async fn keys(
    buckets: &dyn Buckets,
    account: AccountId,
    bucket: &str,
    list: ListKeys,
) -> S3Result<Listed> {
    let bucket = names::known(bucket)?;
    let keys = buckets.list_objects(account, &bucket, list).await;
    keys.map_err(error::of)
}

pub(super) async fn v1(
    buckets: &dyn Buckets,
    Call { account, input, .. }: Call<ListObjectsInput>,
) -> S3Result<S3Response<ListObjectsOutput>> {
    let encoding = Encoding::of(input.encoding_type.as_ref())?;
    let limit = most("maxKeys", input.max_keys)?;
    let list = ListKeys {
        prefix: input.prefix.clone().unwrap_or_default(),
        delimiter: input.delimiter.clone(),
        after: input.marker.clone().filter(|marker| !marker.is_empty()),
        limit,
    };
    let keys = keys(buckets, account, &input.bucket, list).await?;
    let shown = |text: &String| encoding.text(text);
    Ok(S3Response::new(ListObjectsOutput {
        name: Some(input.bucket),
        prefix: Some(shown(&input.prefix.unwrap_or_default())),
        marker: Some(shown(&input.marker.unwrap_or_default())),
        max_keys: Some(limit as i32),
        is_truncated: Some(keys.next.is_some()),
        contents: Some(encoding.objects(&keys.objects, Some(&owner(account)))),
        common_prefixes: encoding.prefixes(&keys.prefixes),
        // Without a delimiter, it is the last key.
        next_marker: keys
            .next
            .as_ref()
            .filter(|_| input.delimiter.is_some())
            .map(shown),
        delimiter: input.delimiter.as_ref().map(shown),
        encoding_type: input.encoding_type,
        request_charged: None,
    }))
}

pub(super) async fn v2(
    buckets: &dyn Buckets,
    Call { account, input, .. }: Call<ListObjectsV2Input>,
) -> S3Result<S3Response<ListObjectsV2Output>> {
    let encoding = Encoding::of(input.encoding_type.as_ref())?;
    let limit = most("maxKeys", input.max_keys)?;
    let token = input.continuation_token.as_deref().map(place).transpose()?;
    let list = ListKeys {
        prefix: input.prefix.clone().unwrap_or_default(),
        delimiter: input.delimiter.clone(),
        after: token.or_else(|| input.start_after.clone().filter(|after| !after.is_empty())),
        limit,
    };
    let keys = keys(buckets, account, &input.bucket, list).await?;
    let owner = owner(account);
    let owner = input.fetch_owner.unwrap_or_default().then_some(&owner);
    let shown = |text: &String| encoding.text(text);
    Ok(S3Response::new(ListObjectsV2Output {
        name: Some(input.bucket),
        prefix: Some(shown(&input.prefix.unwrap_or_default())),
        max_keys: Some(limit as i32),
        key_count: Some((keys.objects.len() + keys.prefixes.len()) as i32),
        continuation_token: input.continuation_token,
        is_truncated: Some(keys.next.is_some()),
        next_continuation_token: keys.next.map(|next| URL_SAFE_NO_PAD.encode(next)),
        contents: Some(encoding.objects(&keys.objects, owner)),
        common_prefixes: encoding.prefixes(&keys.prefixes),
        delimiter: input.delimiter.as_ref().map(shown),
        encoding_type: input.encoding_type,
        start_after: input.start_after.as_ref().map(shown),
        request_charged: None,
    }))
}

/// Where a token says that the list goes on.
fn place(token: &str) -> S3Result<String> {
    let text = URL_SAFE_NO_PAD.decode(token).ok();
    let text = text.and_then(|bytes| String::from_utf8(bytes).ok());
    let text = text.filter(|text| !text.is_empty());
    text.ok_or_else(|| {
        s3_error!(
            InvalidArgument,
            "The continuation token provided is incorrect"
        )
    })
}
