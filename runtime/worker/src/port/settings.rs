//! A function's settings, checked against their ranges, all problems at once.

use std::collections::BTreeSet;

use steploom_api::wire::{FunctionSettings, Reuse};
use steploom_call::{Kind, Runner};
use steploom_types::error::Problem;
use steploom_types::limits::{self, function as f};
use steploom_types::{Error, Result};

use crate::outbound::HostRule;

/// Refuses settings that are out of range or name what this node does not offer.
pub(super) fn check(settings: &FunctionSettings, runner: &dyn Runner) -> Result<()> {
    let mut problems = Vec::new();
    let s = settings;
    check_range(
        &mut problems,
        "timeoutMs",
        s.timeout_ms,
        1,
        f::TIMEOUT_MS_MAX,
    );
    check_range(
        &mut problems,
        "memoryBytesMax",
        s.memory_bytes_max,
        65_536,
        f::MEMORY_BYTES_MAX,
    );
    check_range(&mut problems, "fuelMax", s.fuel_max, 1, f::FUEL_MAX);
    check_range(
        &mut problems,
        "outputBytesMax",
        s.output_bytes_max,
        1,
        f::STREAM_BYTES_MAX,
    );
    check_range(
        &mut problems,
        "logBytesMax",
        s.log_bytes_max,
        0,
        f::LOG_BYTES_MAX,
    );
    check_range(
        &mut problems,
        "diskBytesMax",
        s.disk_bytes_max,
        0,
        f::DISK_BYTES_MAX,
    );
    if let Some(concurrency) = s.max_concurrency {
        check_range(
            &mut problems,
            "maxConcurrency",
            concurrency.into(),
            1,
            f::CONCURRENCY_MAX.into(),
        );
    }
    for (field, value, most) in [
        ("reuseUsesMax", s.reuse_uses_max, f::REUSE_USES_MAX),
        ("reuseSecondsMax", s.reuse_seconds_max, f::REUSE_SECONDS_MAX),
    ] {
        check_range(&mut problems, field, value.into(), 1, most.into());
    }
    let kept = serde_json::to_string(&s.lambda).map_err(Error::internal)?;
    if kept.len() > limits::LAMBDA_KEPT_BYTES_MAX {
        let (bytes, most) = (kept.len(), limits::LAMBDA_KEPT_BYTES_MAX);
        let message = format!("it has {bytes} bytes; at most {most} are allowed");
        problem(&mut problems, "TOO_LARGE", "/lambda".into(), message);
    }
    check_environment(&mut problems, s);
    check_volumes(&mut problems, s, runner);
    check_hosts(&mut problems, s);
    check_grants(&mut problems, s);
    refuse(problems)
}

/// Refuses what only some modules may have: an output that is passed on as it comes, and instances that serve
/// more than one call. A program is known by its runtime, which is in the settings by now.
pub(super) fn check_kind(settings: &FunctionSettings, kind: Kind) -> Result<()> {
    let mut problems = Vec::new();
    if kind != Kind::Http {
        let (bytes, most) = (settings.output_bytes_max, limits::INVOKE_BODY_BYTES_MAX);
        check_range(&mut problems, "outputBytesMax", bytes, 1, most as u64);
    }
    if settings.reuse == Reuse::Version && settings.runtime.is_none() {
        let message = "only programs that the server loads, in JavaScript or Python, can be called again in the \
                       same instance: leave it out"
            .to_owned();
        problem(&mut problems, "NO_PROGRAM", "/reuse".into(), message);
    }
    refuse(problems)
}

fn refuse(problems: Vec<Problem>) -> Result<()> {
    if problems.is_empty() {
        return Ok(());
    }
    let message = "the function's settings are refused";
    Err(Error::invalid("InvalidSettings", message).with_problems(problems))
}

fn problem(problems: &mut Vec<Problem>, code: &str, path: String, message: String) {
    problems.push(Problem {
        code: code.into(),
        path,
        message,
    });
}

fn check_range(problems: &mut Vec<Problem>, field: &str, value: u64, min: u64, max: u64) {
    if !(min..=max).contains(&value) {
        problem(
            problems,
            "OUT_OF_RANGE",
            format!("/{field}"),
            format!("{field} is {value}; it must be {min} to {max}"),
        );
    }
}

fn check_environment(problems: &mut Vec<Problem>, settings: &FunctionSettings) {
    let bytes: usize = settings
        .environment
        .iter()
        .map(|(k, v)| k.len() + v.len())
        .sum();
    if bytes > f::ENVIRONMENT_BYTES_MAX {
        let message = format!(
            "the environment has {bytes} bytes; at most {} are allowed",
            f::ENVIRONMENT_BYTES_MAX
        );
        problem(problems, "TOO_LARGE", "/environment".into(), message);
    }
    for (key, value) in &settings.environment {
        let path = format!("/environment/{}", key.escape_default());
        if key.is_empty() || key.contains(['=', '\0']) || value.contains('\0') {
            problem(
                problems,
                "INVALID_VARIABLE",
                path,
                "a variable's name must not be empty or contain '=' or NUL, its value no NUL"
                    .into(),
            );
        } else if key.starts_with("STEPLOOM_") {
            problem(
                problems,
                "RESERVED_VARIABLE",
                path,
                "names that start with STEPLOOM_ are set by Steploom".into(),
            );
        }
    }
}

fn check_volumes(problems: &mut Vec<Problem>, settings: &FunctionSettings, runner: &dyn Runner) {
    let mut paths = BTreeSet::new();
    for (at, volume) in settings.volumes.iter().enumerate() {
        let parts: Vec<_> = volume.path.split('/').skip(1).collect();
        let plain = volume.path.starts_with('/')
            && parts
                .iter()
                .all(|p| !p.is_empty() && *p != "." && *p != "..");
        let place = |field: &str| format!("/volumes/{at}/{field}");
        if !plain || volume.path.contains('\0') {
            problem(
                problems,
                "INVALID_PATH",
                place("path"),
                "a volume's path must be absolute and plain, such as /input".into(),
            );
        } else if parts[0] == "tmp" {
            problem(
                problems,
                "RESERVED_PATH",
                place("path"),
                "/tmp is the invocation's own scratch disk".into(),
            );
        } else if !paths.insert(&volume.path) {
            problem(
                problems,
                "DUPLICATE_PATH",
                place("path"),
                format!("two volumes at '{}'", volume.path),
            );
        }
        if !runner.volume_exists(&volume.name) {
            let message = format!(
                "this node offers no volume '{0}'; its operator can: steploom up --volume {0}=DIR",
                volume.name
            );
            problem(problems, "NO_SUCH_VOLUME", place("name"), message);
        }
    }
}

fn check_hosts(problems: &mut Vec<Problem>, settings: &FunctionSettings) {
    let hosts = &settings.allow_hosts;
    if hosts.len() > f::ALLOW_HOSTS_MAX {
        let (found, most) = (hosts.len(), f::ALLOW_HOSTS_MAX);
        let message = format!("there are {found} hosts; at most {most} are allowed");
        problem(problems, "TOO_LARGE", "/allowHosts".into(), message);
    }
    for (at, allowed) in hosts.iter().enumerate() {
        let place = |field: &str| format!("/allowHosts/{at}/{field}");
        match allowed.host.parse::<HostRule>() {
            Err(why) => problem(problems, "INVALID_HOST", place("host"), why),
            Ok(rule) if allowed.connection.is_some() && !rule.is_https() => {
                let message = "secrets of a connection go over https only".to_owned();
                problem(problems, "INSECURE_HOST", place("connection"), message);
            }
            Ok(_) => {}
        }
    }
}

fn check_grants(problems: &mut Vec<Problem>, settings: &FunctionSettings) {
    let (found, most) = (settings.grants.len(), f::GRANTS_MAX);
    if found > most {
        let message = format!("there are {found} grants; at most {most} are allowed");
        problem(problems, "TOO_LARGE", "/grants".into(), message);
    }
}
