//! How many of what passed.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use serde_json::{Value, json};

/// How one check came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As AWS.
    Passed,
    /// Not as AWS, and how.
    Failed(String),
    /// Not run, and why.
    Skipped(String),
}

impl From<Result<(), String>> for Verdict {
    fn from(result: Result<(), String>) -> Self {
        match result {
            Ok(()) => Self::Passed,
            Err(why) => Self::Failed(why),
        }
    }
}

/// Counts of one kind of check.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// As AWS.
    pub passed: usize,
    /// Not as AWS.
    pub failed: usize,
    /// Not run.
    pub skipped: usize,
}

/// The score of one suite: counts by kind of check, by feature.
#[derive(Debug, Default)]
pub struct Score {
    /// By feature, then by kind of check, such as `outcome` and `history`.
    pub counts: BTreeMap<String, BTreeMap<&'static str, Count>>,
    /// What failed or was skipped: case, kind of check, verdict.
    pub findings: Vec<(String, &'static str, Verdict)>,
}

impl Score {
    /// Counts a check.
    pub fn add(&mut self, feature: &str, id: &str, check: &'static str, verdict: Verdict) {
        let of_feature = self.counts.entry(feature.to_owned()).or_default();
        let count = of_feature.entry(check).or_default();
        match verdict {
            Verdict::Passed => count.passed += 1,
            Verdict::Failed(_) => count.failed += 1,
            Verdict::Skipped(_) => count.skipped += 1,
        }
        if verdict != Verdict::Passed {
            self.findings.push((id.to_owned(), check, verdict));
        }
    }

    /// All of one kind of check.
    pub fn total(&self, check: &str) -> Count {
        let mut total = Count::default();
        for count in self.counts.values().filter_map(|checks| checks.get(check)) {
            total.passed += count.passed;
            total.failed += count.failed;
            total.skipped += count.skipped;
        }
        total
    }

    /// The kinds of checks that were made.
    pub fn checks(&self) -> Vec<&'static str> {
        let mut all: Vec<&'static str> = self
            .counts
            .values()
            .flat_map(BTreeMap::keys)
            .copied()
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// For programs.
    pub fn json(&self) -> Value {
        let count = |count: &Count| json!({"passed": count.passed, "failed": count.failed, "skipped": count.skipped});
        let features: serde_json::Map<String, Value> = self
            .counts
            .iter()
            .map(|(feature, checks)| {
                let checks: serde_json::Map<String, Value> = checks
                    .iter()
                    .map(|(check, of)| ((*check).to_owned(), count(of)))
                    .collect();
                (feature.clone(), checks.into())
            })
            .collect();
        let totals: serde_json::Map<String, Value> = self
            .checks()
            .into_iter()
            .map(|check| (check.to_owned(), count(&self.total(check))))
            .collect();
        let findings: Vec<Value> = self
            .findings
            .iter()
            .map(|(id, check, verdict)| match verdict {
                Verdict::Failed(why) => json!({"case": id, "check": check, "failed": why}),
                Verdict::Skipped(why) => json!({"case": id, "check": check, "skipped": why}),
                Verdict::Passed => json!({"case": id, "check": check}),
            })
            .collect();
        json!({"features": features, "totals": totals, "findings": findings})
    }
}

/// A table: a line a feature, a column a kind of check, `passed/run`.
impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let checks = self.checks();
        let width = self
            .counts
            .keys()
            .map(String::len)
            .max()
            .unwrap_or(0)
            .max(8);
        let mut head = format!("  {:<width$}", "feature");
        for check in &checks {
            let _ = write!(head, "  {check:>16}");
        }
        writeln!(f, "{}", head.trim_end())?;
        for (feature, of) in &self.counts {
            line(
                f,
                feature,
                width,
                checks.iter().map(|check| of.get(check).copied()),
            )?;
        }
        let totals = checks.iter().map(|check| Some(self.total(check)));
        line(f, "total", width, totals)
    }
}

fn line(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    width: usize,
    counts: impl Iterator<Item = Option<Count>>,
) -> fmt::Result {
    let mut line = format!("  {name:<width$}");
    for count in counts {
        let text = match count {
            None => "-".to_owned(),
            Some(count) => {
                let run = count.passed + count.failed;
                let skipped = match count.skipped {
                    0 => String::new(),
                    skipped => format!(" +{skipped}"),
                };
                format!("{}/{run}{skipped}", count.passed)
            }
        };
        let _ = write!(line, "  {text:>16}");
    }
    writeln!(f, "{}", line.trim_end())
}
