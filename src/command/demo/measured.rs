//! What the server measured while the demo ran: its process is new, so its counters are the demo's.

/// Counters of the server, as `/metrics` shows them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Measured {
    /// Invocations that ended.
    pub(super) invocations: u64,
    /// Their wall time in sandboxes, summed, in milliseconds.
    pub(super) sandbox_ms: f64,
    /// Facts made durable.
    pub(super) facts: u64,
    /// Commits that made them so.
    pub(super) commits: u64,
}

impl Measured {
    /// Reads Prometheus's text format; what is not there is 0.
    pub(super) fn parse(text: &str) -> Self {
        let value = |name: &str| -> f64 {
            let of_name = |line: &str| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok();
            text.lines().find_map(of_name).unwrap_or_default()
        };
        Self {
            invocations: value("steploom_invocation_seconds_count") as u64,
            sandbox_ms: value("steploom_invocation_seconds_sum") * 1_000.0,
            facts: value("steploom_facts_total") as u64,
            commits: value("steploom_commits_total") as u64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Measured;

    #[test]
    fn counters_are_read_by_their_whole_names() {
        let text = "# TYPE steploom_facts_total counter\nsteploom_facts_total 12\n\
                    steploom_commits_total 3\nsteploom_invocation_seconds_bucket{le=\"1\"} 9\n\
                    steploom_invocation_seconds_sum 0.25\nsteploom_invocation_seconds_count 7\n";
        let measured = Measured {
            invocations: 7,
            sandbox_ms: 250.0,
            facts: 12,
            commits: 3,
        };
        assert_eq!(Measured::parse(text), measured);
    }
}
