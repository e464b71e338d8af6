//! Which operation a method and a path name.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use crate::model::{Model, Operation};

/// An operation that a request asks for.
pub(crate) struct Matched<'m> {
    /// Its name.
    pub(crate) name: &'m str,
    /// What the model says of it.
    pub(crate) operation: &'m Operation,
    /// The labels of its path with what stands there, decoded.
    pub(crate) labels: Vec<(&'m str, String)>,
}

/// The operation that a request asks for: of those whose path fits, the one with the fewest labels.
pub(crate) fn find<'m>(
    model: &'m Model,
    method: &str,
    path: &str,
    query: &str,
) -> Option<Matched<'m>> {
    let given: Vec<_> = segments(path).collect();
    let fits = |(name, operation): (&'m String, &'m Operation)| {
        let (uri, wanted) = operation
            .uri
            .split_once('?')
            .unwrap_or((&operation.uri, ""));
        let has_query = wanted.is_empty() || query.split('&').any(|pair| pair == wanted);
        if operation.method != method || !has_query {
            return None;
        }
        let labels = labels(uri, &given)?;
        Some(Matched {
            name,
            operation,
            labels,
        })
    };
    let found = model.operations.iter().filter_map(fits);
    found.min_by_key(|matched| (matched.labels.len(), !matched.operation.uri.contains('?')))
}

/// The segments of a path; a slash at its end means nothing.
fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.trim_matches('/').split('/')
}

/// What stands where a path has labels; `None` if it is another path. A label `{name+}` takes segments up to
/// those that follow it.
fn labels<'m>(uri: &'m str, given: &[&str]) -> Option<Vec<(&'m str, String)>> {
    let wanted: Vec<_> = segments(uri).collect();
    let mut labels = Vec::new();
    let mut at = 0;
    for (number, segment) in wanted.iter().enumerate() {
        let label = segment.strip_prefix('{').and_then(|s| s.strip_suffix('}'));
        let Some(label) = label else {
            if given.get(at) != Some(segment) {
                return None;
            }
            at += 1;
            continue;
        };
        let follow = wanted.len() - number - 1;
        let (label, end) = match label.strip_suffix('+') {
            Some(label) => (label, given.len().checked_sub(follow)?),
            None => (label, at + 1),
        };
        let text = given.get(at..end)?.join("/");
        if text.is_empty() {
            return None;
        }
        labels.push((label, decoded(&text)?.into_owned()));
        at = end;
    }
    (at == given.len()).then_some(labels)
}

/// A text of a path or a query; `None` if it is not UTF-8 once decoded.
pub(super) fn decoded(text: &str) -> Option<Cow<'_, str>> {
    percent_decode_str(text).decode_utf8().ok()
}
