//! Points at which the process can be made to die, by name.
//!
//! `STEPLOOM_CRASH_AT=name:n` aborts the process when it passes that point for the `n`-th time, with
//! nothing flushed and nobody told, as `kill -9` at that very instruction would.

use std::process;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::table::table;

/// The environment variable that names a point and a passage, such as `before-append:3`.
pub const CRASH_AT: &str = "STEPLOOM_CRASH_AT";

table! {
    /// Where the process can be made to die.
    CrashPoint {
        /// A commit has gathered its records; none is written.
        BeforeAppend = "before-append",
        /// A commit is durable; nobody knows it.
        AfterAppend = "after-append",
        /// A record's facts are applied and its actions begun; the next commit has not begun.
        AfterApply = "after-apply",
        /// A start is durable and applied; its caller is not answered.
        BeforeAnswer = "before-answer",
        /// An attempt is about to begin.
        BeforeDispatch = "before-dispatch",
        /// A function has answered; its owner does not know it.
        AfterDispatch = "after-dispatch",
        /// Timers are due; that is no fact yet.
        BeforeTimer = "before-timer",
        /// A checkpoint is about to be written.
        BeforeCheckpoint = "before-checkpoint",
        /// A checkpoint is durable; the journal is not trimmed.
        AfterCheckpoint = "after-checkpoint",
        /// The journal is trimmed; the owner does not know it.
        AfterTrim = "after-trim",
        /// A lease is taken; nothing is read.
        AfterLease = "after-lease",
        /// A shard is read; nothing of it is begun again.
        BeforeResume = "before-resume",
        /// A child is about to be started.
        BeforeChild = "before-child",
        /// A child is started; its parent does not know it.
        AfterChild = "after-child",
        /// A child that nobody waits for is about to be stopped.
        BeforeStop = "before-stop",
        /// That child is stopped; its parent does not know it.
        AfterStop = "after-stop",
        /// A schedule is due; nothing is started.
        BeforeFiring = "before-firing",
        /// What a schedule asks for is started; the schedule does not know it.
        AfterFiring = "after-firing",
        /// An object's content is written; no row names it.
        AfterContent = "after-content",
        /// At a clean shutdown: everything is written, the lease is still held.
        BeforeRelease = "before-release",
    }
}

/// The point that is aimed at, and the passages that are left.
struct Aim {
    point: CrashPoint,
    left: AtomicU64,
}

/// Dies here if this is the point, and the passage, that the process was told to die at.
#[inline]
pub fn crash_point(point: CrashPoint) {
    static AIM: OnceLock<Option<Aim>> = OnceLock::new();
    if let Some(aim) = AIM.get_or_init(read) {
        aim.pass(point);
    }
}

impl Aim {
    #[cold]
    fn pass(&self, point: CrashPoint) {
        if self.point == point && self.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            eprintln!("{CRASH_AT}: dying at {point}");
            process::abort();
        }
    }
}

fn read() -> Option<Aim> {
    let text = std::env::var(CRASH_AT).ok()?;
    let (point, passage) = parse(&text).unwrap_or_else(|why| {
        eprintln!("error: {why}");
        process::abort()
    });
    let left = AtomicU64::new(passage);
    Some(Aim { point, left })
}

/// Reads `name:n`; without a number, the first passage.
pub(crate) fn parse(text: &str) -> Result<(CrashPoint, u64), String> {
    let (name, passage) = text.split_once(':').unwrap_or((text, "1"));
    let names = || {
        let all: Vec<_> = CrashPoint::ALL.iter().map(|point| point.name()).collect();
        all.join(", ")
    };
    let point = CrashPoint::parse(name)
        .ok_or_else(|| format!("{CRASH_AT}: '{name}' is none of: {}", names()))?;
    match passage.parse() {
        Ok(passage) if passage > 0 => Ok((point, passage)),
        _ => Err(format!(
            "{CRASH_AT}: '{passage}' is no passage; count from 1, such as {name}:3"
        )),
    }
}
