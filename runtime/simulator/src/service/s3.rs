//! Buckets and objects in memory.

use std::collections::BTreeMap;

use md5::{Digest as _, Md5};
use serde_json::{Value, json};
use steploom_asl::model::Api;
use steploom_machine::service::failure;
use steploom_machine::{Failure, Piece, Write, WriteTo};

use super::Answer;
use super::sfn::REQUEST;
use crate::Simulation;

/// Bytes of one object.
const OBJECT_BYTES_MAX: usize = 64 << 20;

/// Objects that one listing gives.
const LISTED_MAX: usize = 1_000;

/// `aws-sdk:s3:ACTION`.
pub(super) fn call(simulation: &mut Simulation, action: &str, input: &Value) -> Answer {
    let text = |field: &str| input[field].as_str().unwrap_or_default();
    let (bucket, key) = (text("Bucket"), text("Key"));
    let answer = match action {
        "getObject" => get(simulation, bucket, key),
        "putObject" => put(simulation, bucket, key, &input["Body"]),
        "listObjects" | "listObjectsV2" => list(simulation, bucket, text("Prefix")),
        "listBuckets" => Ok(buckets(simulation)),
        other => Err(Failure::new(
            "States.Runtime",
            format!("The simulated world has no 'aws-sdk:s3:{other}': script a mocked response"),
        )),
    };
    match answer {
        Ok(value) => Answer::Ok(value.into()),
        Err(failure) => Answer::Fail(failure),
    }
}

fn get(simulation: &Simulation, bucket: &str, key: &str) -> Result<Value, Failure> {
    let body = object(simulation, bucket, key)?;
    Ok(json!({
        "AcceptRanges": "bytes",
        "Body": body,
        "ContentLength": body.len(),
        "ContentType": "binary/octet-stream",
        "ETag": etag(body),
        "LastModified": simulation.now.to_string(),
        "Metadata": {},
        "ServerSideEncryption": "AES256",
    }))
}

fn put(
    simulation: &mut Simulation,
    bucket: &str,
    key: &str,
    body: &Value,
) -> Result<Value, Failure> {
    let body = match body {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let answer = json!({
        "ChecksumCRC32": crc32(&body),
        "ChecksumType": "FULL_OBJECT",
        "ETag": etag(&body),
        "ServerSideEncryption": "AES256",
    });
    write(simulation, bucket, key, body)?;
    Ok(answer)
}

/// Writes what a map run has to write.
pub(crate) fn write_pieces(simulation: &mut Simulation, write: &Write) -> Result<(), Failure> {
    let mut body = String::new();
    for piece in &write.body {
        match piece {
            Piece::Text(text) => body.push_str(text),
            Piece::Stored { digest, .. } => {
                let part = simulation.stored.get(digest);
                body.push_str(part.map_or("", String::as_str));
            }
        }
    }
    match &write.to {
        WriteTo::Bucket { bucket, key } => self::write(simulation, bucket, key, body),
        WriteTo::Own { digest, .. } => {
            simulation.stored.insert(*digest, body);
            Ok(())
        }
    }
}

/// Writes an object.
pub(crate) fn write(
    simulation: &mut Simulation,
    bucket: &str,
    key: &str,
    body: String,
) -> Result<(), Failure> {
    if body.len() > OBJECT_BYTES_MAX {
        let cause = format!("A simulated object has at most {OBJECT_BYTES_MAX} bytes");
        return Err(Failure::new("S3.EntityTooLargeException", cause));
    }
    match simulation.world.buckets.get_mut(bucket) {
        Some(objects) => {
            objects.insert(key.to_owned(), body);
            Ok(())
        }
        None => Err(no_bucket()),
    }
}

fn list(simulation: &Simulation, bucket: &str, prefix: &str) -> Result<Value, Failure> {
    let objects = simulation.world.buckets.get(bucket).ok_or_else(no_bucket)?;
    let matching: Vec<_> = of_prefix(objects, prefix).take(LISTED_MAX + 1).collect();
    let contents: Vec<Value> = matching
        .iter()
        .take(LISTED_MAX)
        .map(|(key, body)| described(simulation, key, body))
        .collect();
    Ok(json!({
        "Contents": contents,
        "IsTruncated": matching.len() > LISTED_MAX,
        "MaxKeys": LISTED_MAX,
        "Name": bucket,
        "Prefix": prefix,
    }))
}

/// An object as a listing has it.
pub(crate) fn described(simulation: &Simulation, key: &str, body: &str) -> Value {
    json!({
        "ETag": etag(body),
        "Key": key,
        "LastModified": simulation.now.to_string(),
        "Size": body.len(),
        "StorageClass": "STANDARD",
    })
}

/// The objects whose keys begin so, in the order of their keys.
pub(crate) fn of_prefix<'a>(
    objects: &'a BTreeMap<String, String>,
    prefix: &'a str,
) -> impl Iterator<Item = (&'a String, &'a String)> {
    objects
        .range(prefix.to_owned()..)
        .take_while(move |(key, _)| key.starts_with(prefix))
}

fn buckets(simulation: &Simulation) -> Value {
    let named = |name: &String| json!({"CreationDate": simulation.world.begins_at.to_string(), "Name": name});
    let all: Vec<Value> = simulation.world.buckets.keys().map(named).collect();
    json!({ "Buckets": all })
}

/// An object's body.
pub(crate) fn object<'a>(
    simulation: &'a Simulation,
    bucket: &str,
    key: &str,
) -> Result<&'a str, Failure> {
    let objects = simulation.world.buckets.get(bucket).ok_or_else(no_bucket)?;
    let body = objects.get(key).map(String::as_str);
    body.ok_or_else(|| absent("NoSuchKey", "The specified key does not exist."))
}

pub(crate) fn no_bucket() -> Failure {
    absent("NoSuchBucket", "The specified bucket does not exist")
}

fn absent(code: &str, message: &str) -> Failure {
    failure(&Api::S3("".into()), code, message, 404, REQUEST)
}

/// The entity tag: the body's MD5 in quotes.
pub(crate) fn etag(body: &str) -> String {
    format!("\"{}\"", hex::encode(Md5::digest(body.as_bytes())))
}

/// The checksum that S3 gives: CRC-32 in base 64.
fn crc32(body: &str) -> String {
    let mut crc = u32::MAX;
    for byte in body.bytes() {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 {
                crc >> 1 ^ 0xEDB8_8320
            } else {
                crc >> 1
            };
        }
    }
    base64(&(!crc).to_be_bytes())
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
