//! Deployment packages: a zip with a module inside, sent along or lying in a bucket.

use std::io::{Cursor, Read};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Deserialize;
use steploom_api::port::{Object, collect};
use steploom_types::{Digest, Error, Name, limits};
use zip::ZipArchive;

use super::{Call, failure, invalid};
use crate::Failure;

/// The module of this name is taken, wherever there are more.
const BOOTSTRAP: &str = "bootstrap.wasm";
const CANNOT_UNZIP: &str =
    "Could not unzip uploaded file. Please check your file, then try to upload again.";

/// Where the code is, as AWS has it.
#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Code {
    zip_file: Option<String>,
    #[serde(rename = "S3Bucket")]
    s3_bucket: Option<String>,
    #[serde(rename = "S3Key")]
    s3_key: Option<String>,
    #[serde(rename = "S3ObjectVersion")]
    s3_object_version: Option<String>,
    image_uri: Option<String>,
}

/// A module, and what AWS shows of the package that it came in.
pub(super) struct Package {
    pub(super) module: Bytes,
    /// SHA-256 of the zip, in Base64.
    pub(super) sha256: String,
    /// Bytes of the zip.
    pub(super) size: usize,
}

impl Code {
    /// Fetches the zip and takes the module out of it.
    ///
    /// # Errors
    /// `InvalidParameterValueException`; `RequestEntityTooLargeException`.
    pub(super) async fn package(&self, call: &Call<'_>) -> Result<Package, Failure> {
        let zip = self.zip(call).await?;
        if zip.len() > limits::LAMBDA_ZIP_BYTES_MAX {
            let most = limits::LAMBDA_ZIP_BYTES_MAX;
            return Err(Failure {
                status: 413,
                ..Failure::new(
                    "RequestEntityTooLargeException",
                    format!("Zipped size must be smaller than {most} bytes"),
                )
            });
        }
        let (sha256, size) = (sha256(&Digest::of(&zip)), zip.len());
        let module = tokio::task::spawn_blocking(move || module(zip));
        let module = module.await.map_err(steploom_types::Error::internal)??;
        Ok(Package {
            module,
            sha256,
            size,
        })
    }

    async fn zip(&self, call: &Call<'_>) -> Result<Bytes, Failure> {
        if self.image_uri.is_some() {
            return Err(invalid(
                "Container images are not supported: give a zip with a WebAssembly module",
            ));
        }
        match (&self.zip_file, &self.s3_bucket, &self.s3_key) {
            (Some(text), None, None) => {
                let zip = STANDARD.decode(text).map_err(|_| invalid(CANNOT_UNZIP))?;
                Ok(zip.into())
            }
            (None, Some(bucket), Some(key)) => self.object(call, bucket, key).await,
            (None, None, None) => Err(invalid("Please provide a source for function code.")),
            _ => Err(invalid(
                "Please do not provide other FunctionCode parameters when providing a ZipFile.",
            )),
        }
    }

    async fn object(&self, call: &Call<'_>, bucket: &str, key: &str) -> Result<Bytes, Failure> {
        let refuse = |code: &str, why: &str| {
            invalid(format!(
                "Error occurred while GetObject. S3 Error Code: {code}. S3 Error Message: {why}"
            ))
        };
        if self.s3_object_version.is_some() {
            return Err(invalid("Versions of objects are not supported"));
        }
        let no_bucket = || refuse("NoSuchBucket", "The specified bucket does not exist");
        let name: Name = bucket.parse().map_err(|_| no_bucket())?;
        let most = limits::LAMBDA_ZIP_BYTES_MAX as u64;
        let mut choose = |object: &Object| match object.size_bytes {
            size if size <= most => Ok(0..size),
            size => Err(Error::invalid(
                "ObjectTooLarge",
                format!("the zip has {size} bytes; it may have {most} at the most"),
            )),
        };
        let buckets = &call.ports.buckets;
        let read = buckets.read_object(call.account, &name, key, &mut choose);
        match read.await {
            Ok((_, content)) => collect(content).await.map_err(|error| failure(error, "")),
            Err(error) if error.code == "ObjectTooLarge" => Err(invalid(error.message)),
            Err(error) if error.code == "BucketNotFound" => Err(no_bucket()),
            Err(error) if matches!(error.code, "ObjectNotFound" | "InvalidKey") => {
                Err(refuse("NoSuchKey", "The specified key does not exist."))
            }
            Err(error) => Err(failure(error, "")),
        }
    }
}

/// A digest as AWS shows it.
pub(super) fn sha256(digest: &Digest) -> String {
    STANDARD.encode(digest.as_bytes())
}

/// The one module in a zip, or the one that is called `bootstrap.wasm`; not trusted yet.
fn module(zip: Bytes) -> Result<Bytes, Failure> {
    let cannot = |_| invalid(CANNOT_UNZIP);
    if entries(&zip) > limits::LAMBDA_ZIP_ENTRIES_MAX {
        let most = limits::LAMBDA_ZIP_ENTRIES_MAX;
        return Err(invalid(format!(
            "The zip may have {most} files at the most"
        )));
    }
    let mut archive = ZipArchive::new(Cursor::new(zip)).map_err(cannot)?;
    let is_module = |name: &String| {
        let is_wasm = name.rsplit_once('.').is_some_and(|(_, end)| end == "wasm");
        is_wasm && !name.starts_with("__MACOSX/")
    };
    let names = archive
        .file_names()
        .flatten()
        .map(std::borrow::Cow::into_owned);
    let modules: Vec<_> = names.filter(is_module).collect();
    let name = match modules.as_slice() {
        [one] => one.clone(),
        [] => return Err(invalid("The zip has no WebAssembly module (*.wasm) in it")),
        several if several.iter().any(|name| name == BOOTSTRAP) => BOOTSTRAP.to_owned(),
        several => {
            let count = several.len();
            return Err(invalid(format!(
                "The zip has {count} WebAssembly modules; call the one to run {BOOTSTRAP}"
            )));
        }
    };
    let file = archive.by_name(&name).map_err(cannot)?;
    let most = limits::MODULE_BYTES_MAX;
    let mut module = Vec::new();
    // What the zip says of its size is not trusted.
    let mut file = file.take(most as u64 + 1);
    file.read_to_end(&mut module)
        .map_err(|_| invalid(CANNOT_UNZIP))?;
    if module.len() > most {
        return Err(invalid(format!(
            "Unzipped size must be smaller than {most} bytes"
        )));
    }
    Ok(module.into())
}

/// How many files a zip says that it has, at the most: each costs memory before it is looked at.
fn entries(zip: &[u8]) -> usize {
    const HEADER: &[u8] = b"PK\x01\x02";
    let mut left = zip;
    let mut count = 0;
    while let Some(at) = left.windows(HEADER.len()).position(|four| four == HEADER) {
        count += 1;
        left = &left[at + HEADER.len()..];
    }
    count
}

#[cfg(test)]
mod tests;
