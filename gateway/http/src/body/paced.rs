//! Bodies that are passed on as they come, at the pace that every body has to keep.

use axum::body::Body;
use bytes::Bytes;
use futures::stream;
use steploom_types::Error;
use tokio::time::Instant;

use super::next;
use crate::config::Limits;

/// A body as a stream that ends with an error, a [`steploom_types::Error`], when it comes too slowly
/// or not to its end. How large it may be is its reader's to say.
pub(crate) fn paced(limits: Limits, body: Body) -> Body {
    let began = Instant::now();
    let each = stream::try_unfold((body, 0), move |(mut body, received)| {
        let limits = limits.clone();
        async move {
            let bytes = next(&limits, &mut body, began, received).await;
            let bytes: Option<Bytes> = bytes.map_err(|failure| *failure.error)?;
            Ok::<_, Error>(bytes.map(|bytes| {
                let received = received + bytes.len();
                (bytes, (body, received))
            }))
        }
    });
    Body::from_stream(each)
}
