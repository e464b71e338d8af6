//! Deployment packages: a zip with a module or a program in it, sent along or lying in a bucket.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Deserialize;
use steploom_api::port::{Object, collect};
use steploom_package::{Archive, Language};
use steploom_types::{Digest, Error, Name, limits};

use super::{Call, failure, invalid};
use crate::Failure;

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

/// What a function is made of, and what AWS shows of the package that it came in.
pub(super) struct Package {
    /// The module, or the whole zip of a program.
    pub(super) code: Bytes,
    /// The language, of a program.
    pub(super) language: Option<&'static Language>,
    /// SHA-256 of the zip, in Base64.
    pub(super) sha256: String,
    /// Bytes of the zip.
    pub(super) size: usize,
}

impl Code {
    /// Fetches the zip and takes the module out of it, unless it is a program for a runtime.
    ///
    /// # Errors
    /// `InvalidParameterValueException`; `RequestEntityTooLargeException`.
    pub(super) async fn package(
        &self,
        call: &Call<'_>,
        runtime: Option<&str>,
    ) -> Result<Package, Failure> {
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
        let language = runtime.and_then(Language::of_lambda);
        let read = tokio::task::spawn_blocking(move || read(zip, language));
        let (code, language) = read.await.map_err(Error::internal)??;
        Ok(Package {
            code,
            language,
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

/// The module in a zip; a zip without one is a program, if the function's runtime has a language.
fn read(
    zip: Bytes,
    language: Option<&'static Language>,
) -> Result<(Bytes, Option<&'static Language>), Failure> {
    let mut archive = Archive::open(zip.clone()).map_err(refused)?;
    if language.is_some() && !archive.has_module() {
        return Ok((zip, language));
    }
    let module = archive.module().map_err(refused)?;
    Ok((module, None))
}

/// In AWS's words, where it has some.
fn refused(error: Error) -> Failure {
    match error.code {
        "NotAZip" => invalid(CANNOT_UNZIP),
        "ModuleTooLarge" => {
            let most = limits::MODULE_BYTES_MAX;
            invalid(format!("Unzipped size must be smaller than {most} bytes"))
        }
        _ => invalid(error.message),
    }
}

#[cfg(test)]
mod tests;
