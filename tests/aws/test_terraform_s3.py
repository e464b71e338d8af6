"""What Terraform's AWS provider (version 6) calls for buckets and objects, and what it takes from the answers.

A read of a bucket asks for all that a bucket may have. What there is not is answered with `NotImplemented`, which the provider
takes for "none".
"""

import base64
import hashlib

import pytest
from botocore.exceptions import ClientError

from conftest import refused
from test_s3 import bucket, client, s3  # noqa: F401 - fixtures

NONE = {"MethodNotAllowed", "NotImplemented", "XNotImplemented"}
# What a read of a bucket asks for, with the errors that say that there is none.
PARTS = {
    "get_bucket_policy": {"NoSuchBucketPolicy"},
    "get_bucket_acl": set(),
    "get_bucket_cors": {"NoSuchCORSConfiguration"},
    "get_bucket_website": {"NoSuchWebsiteConfiguration"},
    "get_bucket_versioning": set(),
    "get_bucket_accelerate_configuration": {"UnsupportedArgument", "UnsupportedOperation"},
    "get_bucket_request_payment": set(),
    "get_bucket_logging": set(),
    "get_bucket_lifecycle_configuration": {"NoSuchLifecycleConfiguration"},
    "get_bucket_replication": {"ReplicationConfigurationNotFoundError"},
    "get_bucket_encryption": {"ServerSideEncryptionConfigurationNotFoundError"},
    "get_object_lock_configuration": {"ObjectLockConfigurationNotFoundError"},
    "get_bucket_tagging": {"NoSuchTagSet"},
}


def read_bucket(s3, name):
    """A refresh of a bucket."""
    head = s3.head_bucket(Bucket=name)
    assert head["BucketRegion"] == "us-east-1"
    for operation, none in PARTS.items():
        try:
            getattr(s3, operation)(Bucket=name)
        except ClientError as error:
            assert error.response["Error"]["Code"] in none | NONE, operation


def read_object(s3, bucket, key):
    """A refresh of an object. Gives what would be kept in the state."""
    found = s3.head_object(Bucket=bucket, Key=key, ChecksumMode="ENABLED")
    tags = s3.get_object_tagging(Bucket=bucket, Key=key)["TagSet"]
    return {
        "cache_control": found.get("CacheControl"),
        "content_type": found["ContentType"],
        "etag": found["ETag"].strip('"'),
        "metadata": found["Metadata"],
        "storage_class": found.get("StorageClass", "STANDARD"),
        "tags": tags,
        "version_id": found.get("VersionId"),
        "website_redirect": found.get("WebsiteRedirectLocation"),
    }


def test_aws_s3_bucket(s3):
    name = "terraform-" + hashlib.sha256(repr(s3).encode()).hexdigest()[:16]
    with refused("404"):
        s3.head_bucket(Bucket=name)
    s3.create_bucket(Bucket=name, ACL="private")
    read_bucket(s3, name)
    s3.put_object(Bucket=name, Key="a", Body=b"a")
    with refused("BucketNotEmpty"):
        s3.delete_bucket(Bucket=name)
    s3.delete_object(Bucket=name, Key="a")
    s3.delete_bucket(Bucket=name)
    with refused("404"):
        s3.head_bucket(Bucket=name)
    with refused("NoSuchBucket"):
        s3.delete_bucket(Bucket=name)


@pytest.mark.parametrize("key", ["plain", "dir/code ü+1.zip"])
def test_aws_s3_object(s3, bucket, key):
    body = b"one"
    checksum = base64.b64encode(hashlib.md5(body).digest()).decode()
    s3.put_object(
        Bucket=bucket, Key=key, Body=body, CacheControl="no-cache", ContentMD5=checksum, ContentType="text/plain", Metadata={"who": "me"}
    )
    created = read_object(s3, bucket, key)
    assert created == {
        "cache_control": "no-cache",
        "content_type": "text/plain",
        "etag": hashlib.md5(body).hexdigest(),
        "metadata": {"who": "me"},
        "storage_class": "STANDARD",
        "tags": [],
        "version_id": None,
        "website_redirect": None,
    }
    s3.put_object(Bucket=bucket, Key=key, Body=b"two", ContentType="text/plain")
    updated = read_object(s3, bucket, key)
    assert (updated["etag"], updated["metadata"]) == (hashlib.md5(b"two").hexdigest(), {})
    s3.delete_object(Bucket=bucket, Key=key)
    with refused("404"):
        s3.head_object(Bucket=bucket, Key=key)
