//! `Retry` and `Catch`.

use std::ops::RangeInclusive;

use steploom_types::limits::SECONDS_FIELD_MAX;

use super::{Site, assign};
use crate::compiler::Compiler;
use crate::diagnostic::Report;
use crate::fields::query::Offered;
use crate::fields::{self, Fields};
use crate::language::{self, Language, Spoken, Word};
use crate::model::{Catcher, Next, ResultPath, Retrier};

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

/// The fields of a rule of `Catch`.
const CATCHER: [Word; 6] = [
    ("ErrorEquals", Spoken::Both),
    ("Next", Spoken::Both),
    ("Comment", Spoken::Both),
    ("Assign", Spoken::Both),
    ("ResultPath", Spoken::Path),
    ("Output", Spoken::Query),
];

/// `Retry`.
pub(super) fn retry(fields: Fields<'_>, report: &mut Report) -> Vec<Retrier> {
    let Some(rules) = fields.array(report, "Retry") else {
        return Vec::new();
    };
    let mut left = rules.len();
    Fields::each(report, "Retry", rules, |rule, report| {
        left -= 1;
        retrier(Fields::of(rule, report)?, left == 0, report)
    })
}

/// `Catch`.
pub(super) fn catch<'a>(compiler: &mut Compiler<'a>, site: Site<'a, '_>) -> Vec<Catcher> {
    let Some(rules) = site.fields.array(&mut compiler.report, "Catch") else {
        return Vec::new();
    };
    let mut catchers = Vec::with_capacity(rules.len());
    let place = compiler.report.enter("Catch");
    for (index, rule) in rules.iter().enumerate() {
        let at = compiler.report.enter_item(index);
        if let Some(fields) = Fields::of(rule, &mut compiler.report) {
            catchers.extend(catcher(compiler, site, fields, index + 1 == rules.len()));
        }
        compiler.report.leave(at);
    }
    compiler.report.leave(place);
    catchers
}

fn retrier(fields: Fields<'_>, is_last: bool, report: &mut Report) -> Option<Retrier> {
    fields.only(
        report,
        &[
            "ErrorEquals",
            "IntervalSeconds",
            "MaxAttempts",
            "BackoffRate",
            "MaxDelaySeconds",
            "JitterStrategy",
            "Comment",
        ],
    );
    fields.text(report, "Comment");
    let errors = errors(fields, is_last, report);
    let interval = fields
        .whole(report, "IntervalSeconds", 0..=SECONDS_FIELD_MAX)
        .unwrap_or(INTERVAL_SECONDS_DEFAULT);
    let attempts = fields
        .whole(report, "MaxAttempts", 0..=ATTEMPTS_MAX)
        .unwrap_or(ATTEMPTS_DEFAULT);
    let delay_max = fields.whole(report, "MaxDelaySeconds", DELAY_SECONDS);
    let backoff_rate = backoff_rate(fields, report);
    let jitter = fields.word(report, "JitterStrategy", &["NONE", "FULL"]) == Some("FULL");
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
            Some(rate) if rate < 1.0 => report.schema("Minimum value is 1"),
            Some(_) => {}
        }
        rate
    });
    rate.unwrap_or(BACKOFF_RATE_DEFAULT)
}

fn catcher<'a>(
    compiler: &mut Compiler<'a>,
    site: Site<'a, '_>,
    fields: Fields<'a>,
    is_last: bool,
) -> Option<Catcher> {
    let report = &mut compiler.report;
    language::check(fields, Some(site.language), report, |name| {
        let is_of_node = !matches!(name, "Next" | "Assign");
        language::find(&CATCHER, name).filter(|_| is_of_node || !site.names.is_node)
    });
    fields.text(report, "Comment");
    let errors = errors(fields, is_last, report);
    let (result_path, output) = match site.language {
        Language::Path => (fields.result_path(report), None),
        Language::Query => (
            ResultPath::Replace,
            fields.payload(report, "Output", Offered::ERROR),
        ),
    };
    let next = if site.names.is_node {
        Some(Next::End)
    } else if fields.require(report, &["Next"]) {
        site.names.target(report, fields, "Next").map(Next::To)
    } else {
        None
    };
    let assign = assign(compiler, site, fields, Offered::ERROR);
    Some(Catcher {
        errors: errors?,
        result_path,
        next: next?,
        assign,
        output,
    })
}

/// `ErrorEquals`. What matches every error stands alone, in the last rule.
fn errors(fields: Fields<'_>, is_last: bool, report: &mut Report) -> Option<Vec<String>> {
    if !fields.require(report, &["ErrorEquals"]) {
        return None;
    }
    let items = fields.items(report, "ErrorEquals")?;
    let errors = Fields::each(report, "ErrorEquals", items, |item, report| {
        fields::text(item, report).map(str::to_owned)
    });
    if errors.iter().any(|error| error == ALL) && (errors.len() > 1 || !is_last) {
        report.within("ErrorEquals", |report| {
            report.schema(format!("{ALL} must appear alone and at end of list"));
        });
    }
    Some(errors)
}
