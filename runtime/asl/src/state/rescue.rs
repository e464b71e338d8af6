//! `Retry` and `Catch`.

use std::ops::RangeInclusive;

use serde_json::Value;
use steploom_types::limits::SECONDS_FIELD_MAX;

use crate::compiler::Names;
use crate::diagnostic::Report;
use crate::fields::{self, Fields};
use crate::model::{Catcher, Next, Retrier};

/// The name that matches every error.
const ALL: &str = "States.ALL";

/// What a retrier does that does not say otherwise, as the language has it.
const INTERVAL_SECONDS_DEFAULT: u64 = 1;
const ATTEMPTS_DEFAULT: u64 = 3;
const BACKOFF_RATE_DEFAULT: f64 = 2.0;

/// AWS's bound on `MaxAttempts`.
const ATTEMPTS_MAX: u64 = 99_999_999;
/// AWS's bounds on `MaxDelaySeconds`: up to a year.
const DELAY_SECONDS: RangeInclusive<u64> = 1..=31_622_400;

/// `Retry`.
pub(super) fn retry(fields: Fields<'_>, report: &mut Report) -> Vec<Retrier> {
    each(fields, report, "Retry", |fields, report| {
        retrier(fields, report)
    })
}

/// `Catch`.
pub(super) fn catch(fields: Fields<'_>, names: &Names<'_>, report: &mut Report) -> Vec<Catcher> {
    each(fields, report, "Catch", |fields, report| {
        catcher(fields, names, report)
    })
}

/// Reads each rule of a list, and checks that `States.ALL` comes last.
fn each<T>(
    fields: Fields<'_>,
    report: &mut Report,
    field: &str,
    read: impl Fn(Fields<'_>, &mut Report) -> Option<T>,
) -> Vec<T> {
    let rules = fields.read(report, field, |value, report| {
        if value.as_array().is_none() {
            report.schema("Expected value of type Array");
        }
        value.as_array()
    });
    let rules = rules.map(Vec::as_slice).unwrap_or_default();
    let mut compiled = Vec::with_capacity(rules.len());
    let place = report.enter(field);
    for (index, rule) in rules.iter().enumerate() {
        let at = report.enter(&index.to_string());
        compiled.extend(Fields::of(rule, report).and_then(|fields| read(fields, report)));
        if matches_all(rule) && index + 1 < rules.len() {
            report.schema(format!("'{ALL}' must be in the last rule"));
        }
        report.leave(at);
    }
    report.leave(place);
    compiled
}

fn matches_all(rule: &Value) -> bool {
    rule["ErrorEquals"]
        .as_array()
        .is_some_and(|errors| errors.iter().any(|error| error == ALL))
}

fn retrier(fields: Fields<'_>, report: &mut Report) -> Option<Retrier> {
    fields.only(report, &[], |name| {
        matches!(
            name,
            "ErrorEquals"
                | "IntervalSeconds"
                | "MaxAttempts"
                | "BackoffRate"
                | "MaxDelaySeconds"
                | "JitterStrategy"
                | "Comment"
        )
    });
    fields.text(report, "Comment");
    let errors = errors(fields, report);
    let interval = fields
        .whole(report, "IntervalSeconds", 1..=SECONDS_FIELD_MAX)
        .unwrap_or(INTERVAL_SECONDS_DEFAULT);
    let attempts = fields
        .whole(report, "MaxAttempts", 0..=ATTEMPTS_MAX)
        .unwrap_or(ATTEMPTS_DEFAULT);
    let delay_max = fields.whole(report, "MaxDelaySeconds", DELAY_SECONDS);
    if delay_max.is_some_and(|delay_max| fields.has("IntervalSeconds") && delay_max <= interval) {
        report.within("MaxDelaySeconds", |report| {
            report.schema("'MaxDelaySeconds' must be greater than 'IntervalSeconds'");
        });
    }
    let backoff_rate = backoff_rate(fields, report);
    let jitter = jitter(fields, report);
    // All are below 2^32 by their ranges.
    Some(Retrier {
        errors: errors?,
        interval_seconds: interval as u32,
        attempts_max: attempts as u32,
        backoff_rate,
        delay_seconds_max: delay_max.map(|seconds| seconds as u32),
        jitter,
    })
}

fn backoff_rate(fields: Fields<'_>, report: &mut Report) -> f64 {
    let rate = fields.read(report, "BackoffRate", |value, report| {
        let rate = value.as_f64();
        match rate {
            None => report.schema("Expected value of type Number"),
            Some(rate) if rate < 1.0 => report.schema("Expected value of at least 1.0"),
            Some(_) => {}
        }
        rate
    });
    rate.unwrap_or(BACKOFF_RATE_DEFAULT)
}

fn jitter(fields: Fields<'_>, report: &mut Report) -> bool {
    let strategy = fields.text(report, "JitterStrategy").unwrap_or("NONE");
    if !matches!(strategy, "FULL" | "NONE") {
        report.within("JitterStrategy", |report| {
            report.schema(format!(
                "'{strategy}' is not one of the allowed values [FULL, NONE]"
            ));
        });
    }
    strategy == "FULL"
}

fn catcher(fields: Fields<'_>, names: &Names<'_>, report: &mut Report) -> Option<Catcher> {
    fields.only(report, &["Assign", "Output"], |name| {
        matches!(name, "ErrorEquals" | "ResultPath" | "Comment") || name == "Next" && !names.is_node
    });
    fields.text(report, "Comment");
    let errors = errors(fields, report);
    let result_path = fields.result_path(report);
    let next = if names.is_node {
        Some(Next::End)
    } else if fields.require(report, &["Next"]) {
        names.target(report, fields, "Next").map(Next::To)
    } else {
        None
    };
    Some(Catcher {
        errors: errors?,
        result_path,
        next: next?,
        assign: None,
        output: None,
    })
}

/// `ErrorEquals`.
fn errors(fields: Fields<'_>, report: &mut Report) -> Option<Vec<String>> {
    if !fields.require(report, &["ErrorEquals"]) {
        return None;
    }
    let items = fields.items(report, "ErrorEquals")?;
    report.within("ErrorEquals", |report| {
        let mut errors = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let name = report.within(&index.to_string(), |report| fields::text(item, report));
            errors.extend(name.map(str::to_owned));
        }
        if errors.len() > 1 && errors.iter().any(|error| error == ALL) {
            report.schema(format!("'{ALL}' must be alone"));
        }
        Some(errors)
    })
}
