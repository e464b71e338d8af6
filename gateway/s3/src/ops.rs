//! The operations: a file a group. s3s has read the request, and writes the answer.

#![cfg_attr(
    not(test),
    expect(
        clippy::wildcard_imports,
        reason = "the shapes of an operation are many, and named after it"
    )
)]

mod bucket;
mod conditions;
mod copy;
mod delete;
pub(crate) mod error;
mod list;
mod object;
mod upload;

use std::sync::Arc;

use async_trait::async_trait;
use s3s::dto::*;
use s3s::{S3, S3Request, S3Response, S3Result, s3_error};
use steploom_api::port::{Buckets, Content};
use steploom_types::AccountId;

use crate::Account;
use crate::incoming::Sums;

/// What operations work on.
pub(crate) struct Store {
    pub(crate) buckets: Arc<dyn Buckets>,
}

/// A request's input, with what does not stand in it.
struct Call<T> {
    account: AccountId,
    sums: Sums,
    input: T,
}

impl<T> Call<T> {
    fn of(mut request: S3Request<T>) -> S3Result<Self> {
        let account = request.extensions.remove::<Account>();
        let Account(account) = account.ok_or_else(|| s3_error!(AccessDenied))?;
        Ok(Self {
            account,
            sums: request.extensions.remove().unwrap_or_default(),
            input: request.input,
        })
    }
}

/// A content as the port takes it.
fn content(body: Option<StreamingBlob>) -> Content {
    use futures::StreamExt as _;

    match body {
        Some(body) => body.map(|next| next.map_err(error::of_body)).boxed(),
        None => futures::stream::empty().boxed(),
    }
}

/// A method of s3s's trait for each operation, which its function does.
macro_rules! operations {
    ($($name:ident($input:ident) -> $output:ident: $does:path;)*) => {
        #[async_trait]
        impl S3 for Store {
            $(
                async fn $name(&self, request: S3Request<$input>) -> S3Result<S3Response<$output>> {
                    $does(&*self.buckets, Call::of(request)?).await
                }
            )*
        }
    };
}

operations! {
    list_buckets(ListBucketsInput) -> ListBucketsOutput: bucket::list;
    create_bucket(CreateBucketInput) -> CreateBucketOutput: bucket::create;
    head_bucket(HeadBucketInput) -> HeadBucketOutput: bucket::head;
    delete_bucket(DeleteBucketInput) -> DeleteBucketOutput: bucket::delete;
    get_bucket_location(GetBucketLocationInput) -> GetBucketLocationOutput: bucket::location;
    get_bucket_versioning(GetBucketVersioningInput) -> GetBucketVersioningOutput: bucket::versioning;
    put_object(PutObjectInput) -> PutObjectOutput: object::put;
    get_object(GetObjectInput) -> GetObjectOutput: object::get;
    head_object(HeadObjectInput) -> HeadObjectOutput: object::head;
    get_object_tagging(GetObjectTaggingInput) -> GetObjectTaggingOutput: object::tags;
    copy_object(CopyObjectInput) -> CopyObjectOutput: copy::object;
    delete_object(DeleteObjectInput) -> DeleteObjectOutput: delete::one;
    delete_objects(DeleteObjectsInput) -> DeleteObjectsOutput: delete::many;
    list_objects(ListObjectsInput) -> ListObjectsOutput: list::v1;
    list_objects_v2(ListObjectsV2Input) -> ListObjectsV2Output: list::v2;
    create_multipart_upload(CreateMultipartUploadInput) -> CreateMultipartUploadOutput: upload::create;
    upload_part(UploadPartInput) -> UploadPartOutput: upload::part;
    upload_part_copy(UploadPartCopyInput) -> UploadPartCopyOutput: copy::part;
    complete_multipart_upload(CompleteMultipartUploadInput) -> CompleteMultipartUploadOutput: upload::complete;
    abort_multipart_upload(AbortMultipartUploadInput) -> AbortMultipartUploadOutput: upload::abort;
    list_parts(ListPartsInput) -> ListPartsOutput: upload::parts;
    list_multipart_uploads(ListMultipartUploadsInput) -> ListMultipartUploadsOutput: upload::list;
}
