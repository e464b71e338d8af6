//! Reads the numbers that a server shows at `/metrics`.

/// The sum of a metric over its labels; 0 if it is not there, as a counter with labels is before its
/// first event.
pub(crate) fn sum(text: &str, name: &str) -> f64 {
    series(text, name).map(|(_, value)| value).sum()
}

/// The series of a metric whose labels contain `label`, such as `status="succeeded"`, summed.
pub(crate) fn sum_where(text: &str, name: &str, label: &str) -> f64 {
    series(text, name)
        .filter(|(labels, _)| labels.contains(label))
        .map(|(_, value)| value)
        .sum()
}

/// Labels, braces included, and value of each series of a metric.
fn series<'a>(text: &'a str, name: &'a str) -> impl Iterator<Item = (&'a str, f64)> {
    text.lines().filter_map(move |line| {
        let rest = line.strip_prefix(name)?;
        if !rest.starts_with([' ', '{']) {
            return None;
        }
        let (labels, value) = rest.rsplit_once(' ')?;
        Some((labels, value.parse().ok()?))
    })
}

#[cfg(test)]
mod tests;
