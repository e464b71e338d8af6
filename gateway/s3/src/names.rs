//! Names of buckets. Those that exist may have any name of ours; new ones get a name that every
//! client of S3 takes.

use s3s::validation::{AwsNameValidation, NameValidation};
use s3s::{S3Error, S3Result, s3_error};
use steploom_types::Name;

/// Lets through what may be the name of a bucket that exists.
pub(crate) struct Known;

impl NameValidation for Known {
    fn validate_bucket_name(&self, name: &str) -> bool {
        name.parse::<Name>().is_ok()
    }
}

/// A bucket that is asked for.
pub(crate) fn known(bucket: &str) -> S3Result<Name> {
    bucket.parse().map_err(|_| invalid())
}

/// A bucket that is to be made: 3 to 63 of lower-case letters, digits, `-` and `.`, as on S3.
pub(crate) fn new(bucket: &str) -> S3Result<Name> {
    if !AwsNameValidation::new().validate_bucket_name(bucket) {
        return Err(invalid());
    }
    known(bucket)
}

fn invalid() -> S3Error {
    s3_error!(InvalidBucketName, "The specified bucket is not valid.")
}
