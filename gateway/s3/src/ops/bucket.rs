//! Buckets.

use s3s::dto::*;
use s3s::{S3Response, S3Result, s3_error};
use steploom_api::port::Buckets;
use steploom_api::wire;
use steploom_types::limits;

use super::{Call, error};
use crate::{names, said};

/// Buckets of one answer that asks for no number (S3: 10,000).
const BUCKETS_MAX: usize = 10_000;

pub(super) async fn list(
    buckets: &dyn Buckets,
    Call { account, input, .. }: Call<ListBucketsInput>,
) -> S3Result<S3Response<ListBucketsOutput>> {
    let prefix = input.prefix.clone().unwrap_or_default();
    let most = match input.max_buckets {
        None => BUCKETS_MAX,
        Some(most) => usize::try_from(most)
            .ok()
            .filter(|most| (1..=BUCKETS_MAX).contains(most))
            .ok_or_else(|| s3_error!(InvalidArgument, "max-buckets must be 1 to 10000"))?,
    };
    let mut found: Vec<wire::Bucket> = Vec::new();
    let mut next = input.continuation_token.clone();
    loop {
        let page = buckets
            .list_buckets(account, limits::PAGE_SIZE_MAX, next)
            .await;
        let page = page.map_err(error::of)?;
        let wanted = page.items.into_iter();
        found.extend(wanted.filter(|bucket| bucket.name.as_str().starts_with(&prefix)));
        next = page.next;
        if next.is_none() || found.len() > most {
            break;
        }
    }
    if found.len() > most {
        found.truncate(most);
        next = found.last().map(|bucket| bucket.name.to_string());
    }
    let shown = found.iter().map(|bucket| Bucket {
        name: Some(bucket.name.to_string()),
        creation_date: Some(said::time(bucket.created_at)),
        bucket_region: None,
    });
    Ok(S3Response::new(ListBucketsOutput {
        buckets: Some(shown.collect()),
        continuation_token: next,
        owner: Some(owner(account)),
        prefix: input.prefix,
    }))
}

/// An account as an owner of things.
pub(super) fn owner(account: steploom_types::AccountId) -> Owner {
    Owner {
        id: Some(account.to_string()),
        display_name: None,
    }
}

/// In us-east-1, which has no constraint, a bucket that is there already is made again; elsewhere that
/// is an error. So it is on S3.
pub(super) async fn create(
    buckets: &dyn Buckets,
    Call { account, input, .. }: Call<CreateBucketInput>,
) -> S3Result<S3Response<CreateBucketOutput>> {
    let name = names::new(&input.bucket)?;
    let constraint = input.create_bucket_configuration;
    let constraint = constraint.and_then(|wanted| wanted.location_constraint);
    let (_, is_new) = buckets.put_bucket(account, name).await.map_err(error::of)?;
    if !is_new && constraint.is_some() {
        return Err(s3_error!(
            BucketAlreadyOwnedByYou,
            "Your previous request to create the named bucket succeeded and you already own it."
        ));
    }
    Ok(S3Response::new(CreateBucketOutput {
        location: Some(format!("/{}", input.bucket)),
    }))
}

pub(super) async fn head(
    buckets: &dyn Buckets,
    Call { account, input, .. }: Call<HeadBucketInput>,
) -> S3Result<S3Response<HeadBucketOutput>> {
    let name = names::known(&input.bucket)?;
    buckets
        .find_bucket(account, &name)
        .await
        .map_err(error::of)?;
    Ok(S3Response::new(HeadBucketOutput {
        bucket_region: Some("us-east-1".to_owned()),
        ..HeadBucketOutput::default()
    }))
}

pub(super) async fn delete(
    buckets: &dyn Buckets,
    Call { account, input, .. }: Call<DeleteBucketInput>,
) -> S3Result<S3Response<DeleteBucketOutput>> {
    let name = names::known(&input.bucket)?;
    buckets
        .delete_bucket(account, &name)
        .await
        .map_err(error::of)?;
    Ok(S3Response::new(DeleteBucketOutput {}))
}

pub(super) async fn location(
    buckets: &dyn Buckets,
    Call { account, input, .. }: Call<GetBucketLocationInput>,
) -> S3Result<S3Response<GetBucketLocationOutput>> {
    let name = names::known(&input.bucket)?;
    buckets
        .find_bucket(account, &name)
        .await
        .map_err(error::of)?;
    Ok(S3Response::new(GetBucketLocationOutput::default()))
}

/// No bucket has ever had versions.
pub(super) async fn versioning(
    buckets: &dyn Buckets,
    Call { account, input, .. }: Call<GetBucketVersioningInput>,
) -> S3Result<S3Response<GetBucketVersioningOutput>> {
    let name = names::known(&input.bucket)?;
    buckets
        .find_bucket(account, &name)
        .await
        .map_err(error::of)?;
    Ok(S3Response::new(GetBucketVersioningOutput::default()))
}
