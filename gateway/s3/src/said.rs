//! What a request says of an object, and how an object says it back.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use s3s::S3Result;
use s3s::dto::{ETag, Metadata, Timestamp, TimestampFormat};
use s3s::s3_error;
use steploom_api::port::About;

const CACHE_CONTROL: &str = "cache-control";
const CONTENT_DISPOSITION: &str = "content-disposition";
const CONTENT_ENCODING: &str = "content-encoding";
const CONTENT_LANGUAGE: &str = "content-language";
const EXPIRES: &str = "expires";

/// How a content is sent, which is not what it is.
const CHUNKED: &str = "aws-chunked";

/// The fields of a request that describe an object.
#[derive(Default)]
pub(crate) struct Said {
    pub(crate) content_type: Option<String>,
    pub(crate) metadata: Option<Metadata>,
    pub(crate) cache_control: Option<String>,
    pub(crate) content_disposition: Option<String>,
    pub(crate) content_encoding: Option<String>,
    pub(crate) content_language: Option<String>,
    pub(crate) expires: Option<Timestamp>,
}

/// The fields of an input, which have the same names wherever they are.
macro_rules! said {
    ($input:expr) => {
        $crate::said::Said {
            content_type: $input.content_type.take(),
            metadata: $input.metadata.take(),
            cache_control: $input.cache_control.take(),
            content_disposition: $input.content_disposition.take(),
            content_encoding: $input.content_encoding.take(),
            content_language: $input.content_language.take(),
            expires: $input.expires.take(),
        }
    };
}
pub(crate) use said;

/// Sets what is known of an object in an output, whose fields have the same names wherever they are.
macro_rules! say {
    ($output:expr, $object:expr) => {{
        let (object, output) = ($object, &mut $output);
        let header = |name: &str| object.about.headers.get(name).cloned();
        output.accept_ranges = Some("bytes".to_owned());
        output.e_tag = Some($crate::said::etag(&object.etag));
        output.last_modified = Some($crate::said::time(object.modified_at));
        output.content_type = object.about.content_type.clone();
        output.metadata = Some(object.about.metadata.clone().into_iter().collect());
        output.cache_control = header("cache-control");
        output.content_disposition = header("content-disposition");
        output.content_encoding = header("content-encoding");
        output.content_language = header("content-language");
        output.expires = $crate::said::expires(&object.about);
    }};
}
pub(crate) use say;

impl Said {
    pub(crate) fn about(self) -> S3Result<About> {
        let mut headers = BTreeMap::new();
        let mut put = |name: &str, value: Option<String>| {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                headers.insert(name.to_owned(), value);
            }
        };
        put(CACHE_CONTROL, self.cache_control);
        put(CONTENT_DISPOSITION, self.content_disposition);
        put(
            CONTENT_ENCODING,
            self.content_encoding.map(|all| unchunked(&all)),
        );
        put(CONTENT_LANGUAGE, self.content_language);
        if let Some(expires) = self.expires {
            let mut text = Vec::new();
            expires
                .format(TimestampFormat::HttpDate, &mut text)
                .map_err(|_| s3_error!(InvalidArgument, "Expires is no date"))?;
            put(EXPIRES, String::from_utf8(text).ok());
        }
        Ok(About {
            content_type: self.content_type.filter(|kind| !kind.is_empty()),
            metadata: self.metadata.unwrap_or_default().into_iter().collect(),
            headers,
        })
    }
}

fn unchunked(encodings: &str) -> String {
    let each = encodings.split(',').map(str::trim);
    let each: Vec<&str> = each
        .filter(|one| !one.eq_ignore_ascii_case(CHUNKED))
        .collect();
    each.join(", ")
}

/// When an object's writer wants it forgotten by caches.
pub(crate) fn expires(about: &About) -> Option<Timestamp> {
    Timestamp::parse(TimestampFormat::HttpDate, about.headers.get(EXPIRES)?).ok()
}

/// An ETag as s3s has it.
pub(crate) fn etag(etag: &str) -> ETag {
    ETag::Strong(etag.to_owned())
}

/// A time as s3s has it. S3 knows seconds.
pub(crate) fn time(at: steploom_types::Timestamp) -> Timestamp {
    let millis = u64::try_from(at.as_millis()).unwrap_or_default();
    Timestamp::from(SystemTime::UNIX_EPOCH + Duration::from_secs(millis / 1_000))
}
