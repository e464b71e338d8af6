"""S3 as boto3 and the AWS CLI speak it, against a running server (STEPLOOM_ENDPOINT)."""

import base64
import hashlib
import io
import os
import subprocess
import urllib.request
import uuid
import zlib

import boto3
import pytest
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

ENDPOINT = os.environ["STEPLOOM_ENDPOINT"]
REGION = "us-east-1"
KEY_ID = os.environ.get("AWS_ACCESS_KEY_ID", "test")
SECRET = os.environ.get("AWS_SECRET_ACCESS_KEY", "test")
MIB = 1024 * 1024

ODD_KEYS = [
    "plain",
    "with space",
    "plus+plus",
    "per%cent%20",
    "a/b//c/",
    "/begins",
    "ünï/cödé/日本語/😀",
    "q?u=e&r#y;:@$,'\"()!*<>[]{}|\\^`~",
    "dots/../in/./it",
    "x" * 1024,
]


def client(**config):
    config = {"s3": {"addressing_style": "path"}, "retries": {"max_attempts": 1}, **config}
    return boto3.client(
        "s3",
        endpoint_url=ENDPOINT,
        region_name=REGION,
        aws_access_key_id=KEY_ID,
        aws_secret_access_key=SECRET,
        config=Config(**config),
    )


@pytest.fixture(scope="session")
def s3():
    return client()


@pytest.fixture
def bucket(s3):
    name = "t-" + uuid.uuid4().hex[:20]
    s3.create_bucket(Bucket=name)
    yield name
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=name):
        for one in page.get("Contents", []):
            s3.delete_object(Bucket=name, Key=one["Key"])
    s3.delete_bucket(Bucket=name)


def fails(code, status=None):
    """The error that a call must end with."""

    class Fails:
        def __enter__(self):
            return self

        def __exit__(self, kind, error, trace):
            assert isinstance(error, ClientError), f"{code} was expected, and {error!r} came"
            assert error.response["Error"]["Code"] == code, error
            if status is not None:
                assert error.response["ResponseMetadata"]["HTTPStatusCode"] == status
            self.response = error.response
            return True

    return Fails()


def read(s3, bucket, key, **more):
    return s3.get_object(Bucket=bucket, Key=key, **more)["Body"].read()


def crc32(content):
    return base64.b64encode(zlib.crc32(content).to_bytes(4, "big")).decode()


# Buckets.


def test_buckets(s3):
    name = "t-" + uuid.uuid4().hex[:20]
    with fails("404", 404):
        s3.head_bucket(Bucket=name)
    assert s3.create_bucket(Bucket=name)["Location"] == "/" + name
    s3.get_waiter("bucket_exists").wait(Bucket=name)
    s3.head_bucket(Bucket=name)
    # Again: in us-east-1 that is no error, with a constraint it is.
    s3.create_bucket(Bucket=name)
    with fails("BucketAlreadyOwnedByYou", 409):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    assert s3.get_bucket_location(Bucket=name)["LocationConstraint"] is None
    listed = s3.list_buckets()
    assert name in [one["Name"] for one in listed["Buckets"]]
    assert listed["Owner"]["ID"].isdigit()
    s3.put_object(Bucket=name, Key="k", Body=b"")
    with fails("BucketNotEmpty", 409):
        s3.delete_bucket(Bucket=name)
    s3.delete_object(Bucket=name, Key="k")
    s3.delete_bucket(Bucket=name)
    s3.get_waiter("bucket_not_exists").wait(Bucket=name)
    with fails("NoSuchBucket", 404):
        s3.delete_bucket(Bucket=name)


def test_buckets_are_paged(s3):
    names = sorted("p-" + uuid.uuid4().hex[:10] for _ in range(5))
    for name in names:
        s3.create_bucket(Bucket=name)
    pages = s3.get_paginator("list_buckets").paginate(Prefix="p-", PaginationConfig={"PageSize": 2})
    found = [one["Name"] for page in pages for one in page["Buckets"]]
    assert [name for name in found if name in names] == names
    for name in names:
        s3.delete_bucket(Bucket=name)


@pytest.mark.parametrize("name", ["Upper", "ab", "a_b_c", "a..b", "-abc", "abc-", "1.2.3.4"])
def test_names_that_no_bucket_may_have(s3, name):
    with fails("InvalidBucketName", 400):
        s3.create_bucket(Bucket=name)


def test_what_is_not_there(s3, bucket):
    none = "t-" + uuid.uuid4().hex
    with fails("NoSuchBucket", 404):
        s3.get_object(Bucket=none, Key="k")
    with fails("NoSuchBucket", 404):
        s3.put_object(Bucket=none, Key="k", Body=b"x")
    with fails("NoSuchBucket", 404):
        s3.list_objects_v2(Bucket=none)
    with fails("NoSuchBucket", 404):
        s3.delete_object(Bucket=none, Key="k")
    with fails("NoSuchBucket", 404):
        s3.create_multipart_upload(Bucket=none, Key="k")
    with fails("NoSuchKey", 404):
        s3.get_object(Bucket=bucket, Key="k")
    with fails("404", 404):
        s3.head_object(Bucket=bucket, Key="k")
    # Deleting what is not there is no error.
    s3.delete_object(Bucket=bucket, Key="k")


def test_what_is_not_implemented_says_so(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    with fails("NotImplemented", 501):
        s3.put_object(Bucket=bucket, Key="k", Body=b"x", ACL="public-read")
    with fails("NotImplemented", 501):
        s3.put_object(Bucket=bucket, Key="k", Body=b"x", Tagging="a=b")
    with fails("NotImplemented", 501):
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    with fails("NotImplemented", 501):
        s3.get_object(Bucket=bucket, Key="k", VersionId="1")
    assert s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"] == []
    assert "Status" not in s3.get_bucket_versioning(Bucket=bucket)
    with fails("AccessDenied", 403):
        s3.get_object(Bucket=bucket, Key="k", ExpectedBucketOwner="999999999999")


# Objects.


def test_an_object_comes_back_as_it_was_put(s3, bucket):
    content = os.urandom(100_000)
    put = s3.put_object(
        Bucket=bucket,
        Key="k",
        Body=content,
        ContentType="text/csv; charset=utf-8",
        CacheControl="max-age=60",
        ContentDisposition='attachment; filename="a.csv"',
        ContentEncoding="gzip",
        ContentLanguage="de",
        Metadata={"colour": "blue", "two-words": "x y"},
    )
    etag = '"' + hashlib.md5(content).hexdigest() + '"'
    assert put["ETag"] == etag
    assert put["ChecksumCRC32"] == crc32(content)
    found = s3.get_object(Bucket=bucket, Key="k")
    assert found["Body"].read() == content
    head = s3.head_object(Bucket=bucket, Key="k")
    for one in [found, head]:
        assert one["ETag"] == etag
        assert one["ContentLength"] == len(content)
        assert one["ContentType"] == "text/csv; charset=utf-8"
        assert one["CacheControl"] == "max-age=60"
        assert one["ContentDisposition"] == 'attachment; filename="a.csv"'
        assert one["ContentEncoding"] == "gzip"
        assert one["ContentLanguage"] == "de"
        assert one["Metadata"] == {"colour": "blue", "two-words": "x y"}
        assert one["AcceptRanges"] == "bytes"
    assert found["ChecksumCRC32"] == crc32(content)
    # Replaced whole, with nothing left of what was said of it.
    s3.put_object(Bucket=bucket, Key="k", Body=b"")
    head = s3.head_object(Bucket=bucket, Key="k")
    assert (head["ContentLength"], head["Metadata"]) == (0, {})
    assert head["ContentType"] == "binary/octet-stream"
    assert "CacheControl" not in head
    assert read(s3, bucket, "k") == b""


def test_a_large_object_put_at_once(s3, bucket):
    # More than the server holds in memory of it.
    content = os.urandom(1024) * 20 * 1024
    put = s3.put_object(Bucket=bucket, Key="large", Body=content)
    assert put["ETag"] == '"' + hashlib.md5(content).hexdigest() + '"'
    assert read(s3, bucket, "large") == content
    middle = read(s3, bucket, "large", Range=f"bytes={8 * MIB - 5}-{16 * MIB + 5}")
    assert middle == content[8 * MIB - 5 : 16 * MIB + 6]


@pytest.mark.parametrize("key", ODD_KEYS)
def test_odd_keys(s3, bucket, key):
    content = key.encode()
    s3.put_object(Bucket=bucket, Key=key, Body=content)
    assert read(s3, bucket, key) == content
    assert s3.head_object(Bucket=bucket, Key=key)["ContentLength"] == len(content)
    assert [one["Key"] for one in s3.list_objects_v2(Bucket=bucket)["Contents"]] == [key]
    assert [one["Key"] for one in s3.list_objects(Bucket=bucket)["Contents"]] == [key]
    assert s3.list_objects_v2(Bucket=bucket, Prefix=key)["KeyCount"] == 1
    s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": key})
    assert read(s3, bucket, "copy") == content
    upload = s3.create_multipart_upload(Bucket=bucket, Key=key)
    assert upload["Key"] == key
    listed = s3.list_multipart_uploads(Bucket=bucket)["Uploads"]
    assert [one["Key"] for one in listed] == [key]
    s3.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload["UploadId"])
    gone = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key}, {"Key": "copy"}]})
    assert {one["Key"] for one in gone["Deleted"]} == {key, "copy"}
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def test_keys_that_are_too_long(s3, bucket):
    with fails("KeyTooLongError", 400):
        s3.put_object(Bucket=bucket, Key="x" * 1025, Body=b"")


def test_metadata_that_is_too_large(s3, bucket):
    with fails("MetadataTooLarge", 400):
        s3.put_object(Bucket=bucket, Key="k", Body=b"", Metadata={"a": "x" * 2048})


def test_ranges(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"0123456789")
    for asked, expect, shown in [
        ("bytes=0-3", b"0123", "bytes 0-3/10"),
        ("bytes=5-", b"56789", "bytes 5-9/10"),
        ("bytes=-2", b"89", "bytes 8-9/10"),
        ("bytes=8-100", b"89", "bytes 8-9/10"),
        ("bytes=-100", b"0123456789", "bytes 0-9/10"),
    ]:
        found = s3.get_object(Bucket=bucket, Key="k", Range=asked)
        assert found["Body"].read() == expect
        assert found["ContentRange"] == shown
        assert found["ContentLength"] == len(expect)
        assert found["ResponseMetadata"]["HTTPStatusCode"] == 206
    for asked in ["bytes=10-", "bytes=-0"]:
        with fails("InvalidRange", 416):
            s3.get_object(Bucket=bucket, Key="k", Range=asked)
    # What is no range, or more than one, is passed over.
    for asked in ["lines=0-3", "bytes=3-1", "bytes=0-1,3-4"]:
        assert read(s3, bucket, "k", Range=asked) == b"0123456789"


def test_conditions(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"one")
    head = s3.head_object(Bucket=bucket, Key="k")
    etag, modified = head["ETag"], head["LastModified"]
    for call in [s3.get_object, s3.head_object]:
        is_get = call == s3.get_object
        call(Bucket=bucket, Key="k", IfMatch=etag)
        call(Bucket=bucket, Key="k", IfMatch=etag.strip('"'))
        call(Bucket=bucket, Key="k", IfNoneMatch='"other"')
        call(Bucket=bucket, Key="k", IfUnmodifiedSince=modified)
        with fails("PreconditionFailed" if is_get else "412", 412):
            call(Bucket=bucket, Key="k", IfMatch='"other"')
        with fails("304", 304) as refused:
            call(Bucket=bucket, Key="k", IfNoneMatch=etag)
        assert refused.response["ResponseMetadata"]["HTTPHeaders"]["etag"] == etag
        with fails("304", 304):
            call(Bucket=bucket, Key="k", IfModifiedSince=modified)


def test_conditional_writes(s3, bucket):
    first = s3.put_object(Bucket=bucket, Key="k", Body=b"one", IfNoneMatch="*")
    with fails("PreconditionFailed", 412):
        s3.put_object(Bucket=bucket, Key="k", Body=b"two", IfNoneMatch="*")
    second = s3.put_object(Bucket=bucket, Key="k", Body=b"two", IfMatch=first["ETag"])
    with fails("PreconditionFailed", 412):
        s3.put_object(Bucket=bucket, Key="k", Body=b"three", IfMatch=first["ETag"])
    assert read(s3, bucket, "k", IfMatch=second["ETag"]) == b"two"
    with fails("NoSuchKey", 404):
        s3.put_object(Bucket=bucket, Key="none", Body=b"", IfMatch=first["ETag"])


@pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "SHA1", "SHA256", "CRC64NVME"])
def test_checksums(s3, bucket, algorithm):
    try:
        put = s3.put_object(
            Bucket=bucket, Key="k", Body=io.BytesIO(b"hello" * 1000), ChecksumAlgorithm=algorithm
        )
    except Exception as error:  # The client needs a package for some of them.
        if "MissingDependency" in type(error).__name__:
            pytest.skip(str(error))
        raise
    assert put["Checksum" + algorithm]
    assert read(s3, bucket, "k") == b"hello" * 1000


def test_wrong_digests(s3, bucket):
    with fails("BadDigest", 400):
        s3.put_object(Bucket=bucket, Key="k", Body=b"a", ContentMD5=base64.b64encode(b"x" * 16).decode())
    with fails("InvalidDigest", 400):
        s3.put_object(Bucket=bucket, Key="k", Body=b"a", ContentMD5="abc")
    with fails("BadDigest", 400):
        s3.put_object(Bucket=bucket, Key="k", Body=b"a", ChecksumCRC32=crc32(b"b"))
    sha256 = base64.b64encode(hashlib.sha256(b"b").digest()).decode()
    with fails("BadDigest", 400):
        s3.put_object(Bucket=bucket, Key="k", Body=b"a", ChecksumSHA256=sha256)
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


@pytest.mark.parametrize("signed", [True, False])
def test_payloads_signed_and_not(bucket, signed):
    s3 = client(s3={"addressing_style": "path", "payload_signing_enabled": signed})
    for body in [b"hello", io.BytesIO(b"hello")]:
        s3.put_object(Bucket=bucket, Key="k", Body=body)
        assert read(s3, bucket, "k") == b"hello"


def test_without_checksums(bucket):
    s3 = client(request_checksum_calculation="when_required", response_checksum_validation="when_required")
    s3.put_object(Bucket=bucket, Key="k", Body=io.BytesIO(b"hello"))
    assert read(s3, bucket, "k") == b"hello"
    s3.upload_fileobj(io.BytesIO(b"x" * 6 * MIB), bucket, "k", Config=TransferConfig(multipart_threshold=MIB))
    assert read(s3, bucket, "k") == b"x" * 6 * MIB


def test_presigned_links(bucket):
    # Without this, boto3 signs links as of 2006.
    s3 = client(signature_version="s3v4")
    link = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "a b"})
    put = urllib.request.Request(link, data=b"linked", method="PUT")
    assert urllib.request.urlopen(put).status == 200
    link = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "a b"})
    assert urllib.request.urlopen(link).read() == b"linked"


# Lists.


def test_lists(s3, bucket):
    keys = ["a", "b/1", "b/2", "b/c/3", "d", "e/1", "f"]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    listed = s3.list_objects_v2(Bucket=bucket)
    assert [one["Key"] for one in listed["Contents"]] == keys
    first = listed["Contents"][0]
    assert first["ETag"] == '"' + hashlib.md5(b"a").hexdigest() + '"'
    assert (first["Size"], first["StorageClass"]) == (1, "STANDARD")
    assert "Owner" not in first
    assert "Owner" in s3.list_objects_v2(Bucket=bucket, FetchOwner=True)["Contents"][0]
    listed = s3.list_objects_v2(Bucket=bucket, Delimiter="/")
    assert [one["Key"] for one in listed["Contents"]] == ["a", "d", "f"]
    assert [one["Prefix"] for one in listed["CommonPrefixes"]] == ["b/", "e/"]
    assert (listed["KeyCount"], listed["IsTruncated"]) == (5, False)
    listed = s3.list_objects_v2(Bucket=bucket, Delimiter="/", Prefix="b/")
    assert [one["Key"] for one in listed["Contents"]] == ["b/1", "b/2"]
    assert [one["Prefix"] for one in listed["CommonPrefixes"]] == ["b/c/"]
    listed = s3.list_objects_v2(Bucket=bucket, StartAfter="b/2")
    assert [one["Key"] for one in listed["Contents"]] == ["b/c/3", "d", "e/1", "f"]
    assert s3.list_objects_v2(Bucket=bucket, MaxKeys=0)["KeyCount"] == 0
    assert s3.list_objects_v2(Bucket=bucket, Prefix="none")["KeyCount"] == 0
    for size in [1, 2, 3, 100]:
        for call, delimiter in [("list_objects_v2", None), ("list_objects", None),
                                ("list_objects_v2", "/"), ("list_objects", "/")]:
            asked = {"Bucket": bucket, **({"Delimiter": delimiter} if delimiter else {})}
            pages = list(s3.get_paginator(call).paginate(**asked, PaginationConfig={"PageSize": size}))
            found = [one["Key"] for page in pages for one in page.get("Contents", [])]
            common = [one["Prefix"] for page in pages for one in page.get("CommonPrefixes", [])]
            if delimiter:
                assert (found, common) == (["a", "d", "f"], ["b/", "e/"]), (call, size)
            else:
                assert (found, common) == (keys, []), (call, size)
            for page in pages:
                items = len(page.get("Contents", [])) + len(page.get("CommonPrefixes", []))
                assert items <= size
    with fails("InvalidArgument", 400):
        s3.list_objects_v2(Bucket=bucket, ContinuationToken="*")
    with fails("InvalidArgument", 400):
        s3.list_objects_v2(Bucket=bucket, MaxKeys=-1)


def test_many_keys_below_one_prefix(s3, bucket):
    for number in range(30):
        s3.put_object(Bucket=bucket, Key=f"a/{number:02}", Body=b"")
    s3.put_object(Bucket=bucket, Key="b", Body=b"")
    listed = s3.list_objects_v2(Bucket=bucket, Delimiter="/", MaxKeys=2)
    assert [one["Prefix"] for one in listed["CommonPrefixes"]] == ["a/"]
    assert [one["Key"] for one in listed["Contents"]] == ["b"]
    assert listed["IsTruncated"] is False


def test_deleting_many(s3, bucket):
    for number in range(5):
        s3.put_object(Bucket=bucket, Key=str(number), Body=b"")
    wanted = [{"Key": str(number)} for number in range(4)] + [{"Key": "none"}]
    gone = s3.delete_objects(Bucket=bucket, Delete={"Objects": wanted})
    assert len(gone["Deleted"]) == 5 and "Errors" not in gone
    gone = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "4"}], "Quiet": True})
    assert "Deleted" not in gone
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    with fails("MalformedXML", 400):
        s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": str(n)} for n in range(1001)]})


# Copies.


def test_copies(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a", Body=b"hello", ContentType="text/plain", Metadata={"m": "1"})
    source = {"Bucket": bucket, "Key": "a"}
    copied = s3.copy_object(Bucket=bucket, Key="b", CopySource=source)["CopyObjectResult"]
    assert copied["ETag"] == '"' + hashlib.md5(b"hello").hexdigest() + '"'
    found = s3.get_object(Bucket=bucket, Key="b")
    assert (found["Body"].read(), found["ContentType"], found["Metadata"]) == (b"hello", "text/plain", {"m": "1"})
    s3.copy_object(Bucket=bucket, Key="b", CopySource=source, MetadataDirective="REPLACE",
                   Metadata={"n": "2"}, ContentType="text/html")
    head = s3.head_object(Bucket=bucket, Key="b")
    assert (head["ContentType"], head["Metadata"]) == ("text/html", {"n": "2"})
    # An object onto itself only with something new to be said of it.
    with fails("InvalidRequest", 400):
        s3.copy_object(Bucket=bucket, Key="a", CopySource=source)
    s3.copy_object(Bucket=bucket, Key="a", CopySource=source, MetadataDirective="REPLACE", Metadata={"o": "3"})
    assert read(s3, bucket, "a") == b"hello"
    assert s3.head_object(Bucket=bucket, Key="a")["Metadata"] == {"o": "3"}
    with fails("PreconditionFailed", 412):
        s3.copy_object(Bucket=bucket, Key="b", CopySource=source, CopySourceIfMatch='"other"')
    with fails("NoSuchKey", 404):
        s3.copy_object(Bucket=bucket, Key="b", CopySource={"Bucket": bucket, "Key": "none"})


# Uploads in parts.


def test_upload_file_and_download_file(s3, bucket, tmp_path):
    content = os.urandom(20 * MIB)
    path, back = tmp_path / "in", tmp_path / "out"
    path.write_bytes(content)
    s3.upload_file(str(path), bucket, "file", ExtraArgs={"ContentType": "video/mp4", "Metadata": {"m": "1"}})
    head = s3.head_object(Bucket=bucket, Key="file", ChecksumMode="ENABLED")
    parts = [content[at : at + 8 * MIB] for at in range(0, len(content), 8 * MIB)]
    md5s = b"".join(hashlib.md5(part).digest() for part in parts)
    assert head["ETag"] == f'"{hashlib.md5(md5s).hexdigest()}-{len(parts)}"'
    assert (head["ContentType"], head["Metadata"]) == ("video/mp4", {"m": "1"})
    assert (head["ChecksumCRC32"], head["ChecksumType"]) == (crc32(content), "FULL_OBJECT")
    s3.download_file(bucket, "file", str(back))
    assert back.read_bytes() == content
    assert read(s3, bucket, "file", Range=f"bytes={8 * MIB - 1}-{8 * MIB}") == content[8 * MIB - 1 : 8 * MIB + 1]
    # A copy in parts.
    config = TransferConfig(multipart_threshold=6 * MIB, multipart_chunksize=6 * MIB)
    s3.copy({"Bucket": bucket, "Key": "file"}, bucket, "copy", Config=config)
    assert s3.head_object(Bucket=bucket, Key="copy")["ETag"].endswith('-4"')
    assert read(s3, bucket, "copy") == content
    s3.delete_object(Bucket=bucket, Key="file")
    assert read(s3, bucket, "copy") == content, "a copy is its own"


def test_parts(s3, bucket):
    place = {"Bucket": bucket, "Key": "k"}
    upload = s3.create_multipart_upload(**place, ContentType="text/plain", Metadata={"m": "1"})
    place["UploadId"] = upload["UploadId"]
    part = lambda number, content: s3.upload_part(**place, PartNumber=number, Body=content)["ETag"]
    large, small = b"a" * 5 * MIB, b"z"
    last = part(10, small)
    old = part(1, b"old")
    first = part(1, large)
    part(5, b"not taken")
    assert first == '"' + hashlib.md5(large).hexdigest() + '"'
    listed = s3.list_parts(**place)
    assert [(one["PartNumber"], one["Size"]) for one in listed["Parts"]] == [(1, 5 * MIB), (5, 9), (10, 1)]
    pages = s3.get_paginator("list_parts").paginate(**place, PaginationConfig={"PageSize": 1})
    assert [one["PartNumber"] for page in pages for one in page["Parts"]] == [1, 5, 10]
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0, "nothing is there before it is whole"

    def complete(*parts, **more):
        parts = [{"PartNumber": number, "ETag": etag} for number, etag in parts]
        return s3.complete_multipart_upload(**place, MultipartUpload={"Parts": parts}, **more)

    with fails("InvalidPartOrder", 400):
        complete((10, last), (1, first))
    with fails("InvalidPart", 400):
        complete((1, old), (10, last))
    with fails("InvalidPart", 400):
        complete((1, first), (2, last))
    with fails("EntityTooSmall", 400):
        complete((5, '"' + hashlib.md5(b"not taken").hexdigest() + '"'), (10, last))
    with fails("MalformedXML", 400):
        s3.complete_multipart_upload(**place, MultipartUpload={"Parts": []})
    done = complete((1, first), (10, last))
    digest = hashlib.md5(hashlib.md5(large).digest() + hashlib.md5(small).digest()).hexdigest()
    assert done["ETag"] == f'"{digest}-2"'
    assert complete((1, first), (10, last))["ETag"] == done["ETag"], "whoever did not hear it asks again"
    found = s3.get_object(Bucket=bucket, Key="k")
    assert found["Body"].read() == large + small
    assert (found["ContentType"], found["Metadata"]) == ("text/plain", {"m": "1"})
    with fails("NoSuchUpload", 404):
        s3.list_parts(**place)
    with fails("NoSuchUpload", 404):
        part(1, b"late")


def test_uploads(s3, bucket):
    uploads = [(key, s3.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]) for key in ["a", "b", "b", "c"]]
    listed = s3.list_multipart_uploads(Bucket=bucket)
    assert sorted((one["Key"], one["UploadId"]) for one in listed["Uploads"]) == sorted(uploads)
    pages = s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket, PaginationConfig={"PageSize": 1})
    assert [one["Key"] for page in pages for one in page["Uploads"]] == ["a", "b", "b", "c"]
    listed = s3.list_multipart_uploads(Bucket=bucket, Prefix="b")
    assert len(listed["Uploads"]) == 2
    for key, upload in uploads[:-1]:
        s3.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload)
    with fails("NoSuchUpload", 404):
        s3.abort_multipart_upload(Bucket=bucket, Key="a", UploadId=uploads[0][1])
    with fails("NoSuchUpload", 404):
        s3.upload_part(Bucket=bucket, Key="other", UploadId=uploads[3][1], PartNumber=1, Body=b"x")
    with fails("InvalidArgument", 400):
        s3.upload_part(Bucket=bucket, Key="c", UploadId=uploads[3][1], PartNumber=10_001, Body=b"x")
    # The last one goes with its bucket.


def test_conditional_uploads(s3, bucket):
    place = {"Bucket": bucket, "Key": "k"}
    upload = s3.create_multipart_upload(**place)["UploadId"]
    etag = s3.upload_part(**place, UploadId=upload, PartNumber=1, Body=b"parts")["ETag"]
    s3.put_object(**place, Body=b"first")
    parts = {"Parts": [{"PartNumber": 1, "ETag": etag}]}
    with fails("PreconditionFailed", 412):
        s3.complete_multipart_upload(**place, UploadId=upload, MultipartUpload=parts, IfNoneMatch="*")
    assert read(s3, bucket, "k") == b"first"
    s3.complete_multipart_upload(**place, UploadId=upload, MultipartUpload=parts)
    assert read(s3, bucket, "k") == b"parts"


def test_waiters(s3, bucket):
    s3.put_object(Bucket=bucket, Key="k", Body=b"")
    s3.get_waiter("object_exists").wait(Bucket=bucket, Key="k")
    s3.delete_object(Bucket=bucket, Key="k")
    s3.get_waiter("object_not_exists").wait(Bucket=bucket, Key="k")


# The AWS CLI.


def aws(folder, *arguments, code=0):
    (folder / "config").write_text("[default]\ns3 =\n  signature_version = s3v4\n")
    environment = {
        **os.environ,
        "AWS_CONFIG_FILE": str(folder / "config"),
        "AWS_ENDPOINT_URL": ENDPOINT,
        "AWS_ACCESS_KEY_ID": KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_PAGER": "",
    }
    ran = subprocess.run(["aws", "s3", *arguments], env=environment, capture_output=True, text=True)
    assert ran.returncode == code, ran.stderr
    return ran.stdout + ran.stderr


def test_the_cli(tmp_path):
    bucket = "c-" + uuid.uuid4().hex[:20]
    aws(tmp_path, "mb", f"s3://{bucket}")
    assert bucket in aws(tmp_path, "ls")
    large = os.urandom(9 * MIB)
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    (folder / "large.bin").write_bytes(large)
    (folder / "a b+c.txt").write_text("hello")
    (folder / "sub" / "ü.txt").write_text("deep")
    # Times of objects are told to the second: what was written in that second would be taken for newer.
    for file in (path for path in folder.rglob("*") if path.is_file()):
        os.utime(file, (file.stat().st_atime, file.stat().st_mtime - 60))
    aws(tmp_path, "sync", str(folder), f"s3://{bucket}/x")
    assert aws(tmp_path, "sync", str(folder), f"s3://{bucket}/x").strip() == "", "nothing is left to be done"
    listed = aws(tmp_path, "ls", f"s3://{bucket}/x/")
    assert "PRE sub/" in listed and "a b+c.txt" in listed and str(9 * MIB) in listed
    assert "ü.txt" in aws(tmp_path, "ls", "--recursive", f"s3://{bucket}")
    back = tmp_path / "out"
    aws(tmp_path, "sync", f"s3://{bucket}/x", str(back))
    assert (back / "large.bin").read_bytes() == large
    assert (back / "sub" / "ü.txt").read_text() == "deep"
    aws(tmp_path, "cp", f"s3://{bucket}/x/large.bin", f"s3://{bucket}/y/large.bin")
    aws(tmp_path, "mv", f"s3://{bucket}/x/a b+c.txt", f"s3://{bucket}/y/moved.txt")
    aws(tmp_path, "cp", f"s3://{bucket}/y/moved.txt", str(tmp_path / "moved.txt"))
    assert (tmp_path / "moved.txt").read_text() == "hello"
    aws(tmp_path, "cp", f"s3://{bucket}/y/large.bin", str(tmp_path / "large.bin"))
    assert (tmp_path / "large.bin").read_bytes() == large
    link = aws(tmp_path, "presign", f"s3://{bucket}/y/moved.txt").strip()
    assert urllib.request.urlopen(link).read() == b"hello"
    assert "404" in aws(tmp_path, "cp", f"s3://{bucket}/none", str(tmp_path / "none"), code=1)
    aws(tmp_path, "rm", "--recursive", f"s3://{bucket}/x")
    assert "large.bin" in aws(tmp_path, "ls", "--recursive", f"s3://{bucket}")
    aws(tmp_path, "rb", f"s3://{bucket}", code=1)
    aws(tmp_path, "rb", "--force", f"s3://{bucket}")
    assert bucket not in aws(tmp_path, "ls")
