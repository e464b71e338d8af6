//! `aws-sdk:s3:*` over the platform's own buckets.

use serde_json::{Map, Value, json};
use steploom_api::port::{Buckets as _, ListKeys, Object};
use steploom_machine::Failure;
use steploom_types::{Error, Name, limits};

use super::Call;
use crate::port::NewObject;

/// Keys and prefixes that one list has at the most, as on S3.
const KEYS_MAX: u32 = 1_000;

/// Calls one action.
pub(super) async fn call(call: &Call<'_>, action: &str) -> Result<Value, Failure> {
    match action {
        "getObject" => get_object(call).await,
        "headObject" => head_object(call).await,
        "putObject" => put_object(call).await,
        "deleteObject" => delete_object(call).await,
        "listObjects" => list_objects(call, false).await,
        "listObjectsV2" => list_objects(call, true).await,
        "listBuckets" => list_buckets(call).await,
        "createBucket" => create_bucket(call).await,
        "deleteBucket" => delete_bucket(call).await,
        _ => Err(call.words.fail(
            "NotImplemented",
            "A header you provided implies functionality that is not implemented",
            501,
        )),
    }
}

async fn get_object(call: &Call<'_>) -> Result<Value, Failure> {
    let (bucket, key) = (bucket(call)?, call.need("Key")?);
    let bytes_max = u64::from(call.bytes_max);
    let found = call
        .port
        .load_object(call.account, &bucket, &key, 0..u64::MAX, bytes_max);
    let (object, content) = match found.await {
        // Too long for a state in any case: it is refused without being read.
        Err(error) if error.code == "ObjectTooLarge" => {
            return Err(Failure::new(
                "States.DataLimitExceeded",
                "The state/task 'aws-sdk:s3' returned a result with a size exceeding the maximum number of bytes service limit.",
            ));
        }
        found => found.map_err(|e| refused(call, &e))?,
    };
    let mut fields = described(&object);
    fields.insert("Body".into(), String::from_utf8_lossy(&content).into());
    Ok(Value::Object(fields))
}

async fn head_object(call: &Call<'_>) -> Result<Value, Failure> {
    let (bucket, key) = (bucket(call)?, call.need("Key")?);
    let found = call.port.find_object(call.account, &bucket, &key).await;
    let object = found.map_err(|e| refused(call, &e))?;
    Ok(Value::Object(described(&object)))
}

fn described(object: &Object) -> Map<String, Value> {
    let described = json!({
        "AcceptRanges": "bytes",
        "ContentLength": object.size_bytes,
        "ContentType": object.about.content_type,
        "ETag": quoted(&object.etag),
        "LastModified": object.modified_at,
        "Metadata": object.about.metadata,
        "ServerSideEncryption": "AES256",
    });
    match described {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

async fn put_object(call: &Call<'_>) -> Result<Value, Failure> {
    let (bucket, key) = (bucket(call)?, call.need("Key")?);
    let metadata = match call.arguments.get("Metadata") {
        Some(Value::Object(fields)) => fields.clone(),
        _ => Map::new(),
    };
    let new = NewObject {
        key,
        content: call.text("Body").unwrap_or_default().into(),
        content_type: call.text("ContentType"),
        metadata,
    };
    let kept = call.port.keep_object(call.account, &bucket, new).await;
    let (_, facets) = kept.map_err(|e| refused(call, &e))?;
    Ok(json!({
        "ChecksumCRC32": facets.crc32,
        "ChecksumType": "FULL_OBJECT",
        "ETag": quoted(&facets.etag),
        "ServerSideEncryption": "AES256",
    }))
}

async fn delete_object(call: &Call<'_>) -> Result<Value, Failure> {
    let (bucket, key) = (bucket(call)?, call.need("Key")?);
    let deleted = call.port.delete_object(call.account, &bucket, &key).await;
    deleted.map_err(|e| refused(call, &e))?;
    Ok(json!({}))
}

/// `listObjects`, or `listObjectsV2`.
async fn list_objects(call: &Call<'_>, is_v2: bool) -> Result<Value, Failure> {
    let bucket = bucket(call)?;
    let prefix = call.text("Prefix").unwrap_or_default();
    let delimiter = call.text("Delimiter").filter(|text| !text.is_empty());
    let after = if is_v2 {
        call.text("ContinuationToken")
            .or_else(|| call.text("StartAfter"))
    } else {
        call.text("Marker")
    };
    let keys_max = call.number("MaxKeys").unwrap_or(KEYS_MAX).min(KEYS_MAX);
    let list = ListKeys {
        prefix: prefix.clone(),
        delimiter: delimiter.clone(),
        after: after.clone(),
        limit: keys_max,
    };
    let listed = call.port.list_objects(call.account, &bucket, list).await;
    let listed = listed.map_err(|e| refused(call, &e))?;
    let contents: Vec<Value> = listed.objects.iter().map(shown).collect();
    let prefixes = listed.prefixes.iter();
    let prefixes: Vec<Value> = prefixes.map(|common| json!({ "Prefix": common })).collect();
    let count = contents.len() + prefixes.len();
    let is_truncated = listed.next.is_some();
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    put("Contents", contents.into());
    put("EncodingType", "url".into());
    put("IsTruncated", is_truncated.into());
    put("MaxKeys", keys_max.into());
    put("Name", bucket.as_str().into());
    put("Prefix", prefix.as_str().into());
    put("CommonPrefixes", prefixes.into());
    if let Some(delimiter) = delimiter {
        put("Delimiter", delimiter.into());
    }
    if is_v2 {
        put("KeyCount", count.into());
        if let Some(next) = listed.next {
            put("NextContinuationToken", next.into());
        }
    } else {
        put("Marker", after.unwrap_or_default().into());
        if let Some(next) = listed.next {
            put("NextMarker", next.into());
        }
    }
    Ok(Value::Object(fields))
}

fn shown(object: &Object) -> Value {
    json!({
        "ETag": quoted(&object.etag),
        "Key": object.key,
        "LastModified": object.modified_at,
        "Size": object.size_bytes,
        "StorageClass": "STANDARD",
    })
}

async fn list_buckets(call: &Call<'_>) -> Result<Value, Failure> {
    let mut buckets = Vec::new();
    let mut next = None;
    loop {
        let page = call
            .port
            .list_buckets(call.account, limits::PAGE_SIZE_MAX, next)
            .await;
        let page = page.map_err(|e| refused(call, &e))?;
        buckets.extend(
            page.items
                .iter()
                .map(|one| json!({ "CreationDate": one.created_at, "Name": one.name })),
        );
        next = page.next;
        if next.is_none() || buckets.len() >= limits::PAGE_SIZE_MAX as usize * 10 {
            break;
        }
    }
    Ok(json!({ "Buckets": buckets, "Owner": { "Id": call.account } }))
}

async fn create_bucket(call: &Call<'_>) -> Result<Value, Failure> {
    let text = call.need("Bucket")?;
    let name: Name = text.parse().map_err(|_| {
        call.words
            .refuse("InvalidBucketName", "The specified bucket is not valid.")
    })?;
    let made = call.port.put_bucket(call.account, name).await;
    made.map_err(|e| refused(call, &e))?;
    Ok(json!({ "Location": format!("/{text}") }))
}

async fn delete_bucket(call: &Call<'_>) -> Result<Value, Failure> {
    let bucket = bucket(call)?;
    let deleted = call.port.delete_bucket(call.account, &bucket).await;
    deleted.map_err(|e| refused(call, &e))?;
    Ok(json!({}))
}

fn bucket(call: &Call<'_>) -> Result<Name, Failure> {
    // No bucket has a name that is none of ours.
    call.need("Bucket")?.parse().map_err(|_| no_bucket(call))
}

fn no_bucket(call: &Call<'_>) -> Failure {
    call.words
        .fail("NoSuchBucket", "The specified bucket does not exist", 404)
}

fn quoted(etag: &str) -> String {
    format!("\"{etag}\"")
}

/// An error of a port in S3's words.
fn refused(call: &Call<'_>, error: &Error) -> Failure {
    match error.code {
        "BucketNotFound" => no_bucket(call),
        "ObjectNotFound" => call
            .words
            .fail("NoSuchKey", "The specified key does not exist.", 404),
        "BucketNotEmpty" => call.words.fail(
            "BucketNotEmpty",
            "The bucket you tried to delete is not empty",
            409,
        ),
        "InvalidKey" => call.words.refuse("KeyTooLongError", "Your key is too long"),
        _ => call.words.broken(error),
    }
}
