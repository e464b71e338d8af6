//! Everything that is measured, under Prometheus's names. No other module names a metric.

mod family;

use prometheus::{
    Encoder, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, Opts,
    Registry, TextEncoder,
};

use steploom_asl::model::{Api, Resource};
use steploom_store::projection::Status;

use family::Family;

/// Seconds: from a tenth of a millisecond to a minute.
const SECONDS: &[f64] = &[
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
    5.0, 10.0, 30.0, 60.0,
];

/// The metrics of one process.
pub(crate) struct Metrics {
    registry: Registry,
    pub(crate) executions_started: IntCounter,
    pub(crate) executions_ended: Family<3>,
    pub(crate) executions_open: IntGauge,
    pub(crate) express_running: IntGauge,
    pub(crate) express_ended: Family<3>,
    pub(crate) executions_archived: IntCounter,
    pub(crate) executions_expired: IntCounter,
    pub(crate) moves: Moves,
    pub(crate) facts: IntCounter,
    pub(crate) commits: IntCounter,
    pub(crate) commit_seconds: Histogram,
    pub(crate) checkpoints: IntCounter,
    pub(crate) checkpoint_seconds: Histogram,
    pub(crate) shards_owned: IntGauge,
    pub(crate) shards_recovered: IntCounter,
    pub(crate) shards_handed_over: IntCounter,
    pub(crate) takeover_seconds: Histogram,
    pub(crate) peer_calls: IntCounterVec,
    pub(crate) peer_seconds: Histogram,
    pub(crate) tasks: Family<2>,
    pub(crate) activity_polls: IntCounterVec,
    pub(crate) schedule_firings: IntCounterVec,
    pub(crate) invocations: Family<2>,
    pub(crate) invocation_seconds: Histogram,
    pub(crate) sandboxes_running: IntGauge,
    pub(crate) sandboxes_waiting: IntGauge,
    pub(crate) sandboxes_idle: IntGauge,
    pub(crate) log_lines: IntCounter,
    pub(crate) log_lines_lost: IntCounter,
    http_requests: IntCounterVec,
    http_request_seconds: HistogramVec,
}

/// Executions that left memory, and came back.
pub(crate) struct Moves {
    pub(crate) parked: IntCounter,
    pub(crate) loaded: IntCounter,
    pub(crate) quarantined: IntCounter,
}

impl Moves {
    fn new(r: &Registry) -> Result<Self, prometheus::Error> {
        Ok(Self {
            parked: counter(
                r,
                "steploom_executions_parked_total",
                "Executions that left memory to wait.",
            )?,
            loaded: counter(
                r,
                "steploom_executions_loaded_total",
                "Executions that came back to memory, as they were due, called, or awake when their shard was taken.",
            )?,
            quarantined: counter(
                r,
                "steploom_executions_quarantined_total",
                "Executions that were set aside, since they cannot be loaded or cannot go on.",
            )?,
        })
    }
}

impl Metrics {
    #[expect(clippy::too_many_lines, reason = "a line or two a metric")]
    pub(crate) fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        let r = &registry;
        Ok(Self {
            executions_started: counter(
                r,
                "steploom_executions_started_total",
                "Executions accepted.",
            )?,
            executions_ended: Family::new(
                counters(
                    r,
                    "steploom_executions_ended_total",
                    "Executions ended, by status.",
                    &["status"],
                )?,
                ["succeeded", "failed", "aborted"],
            ),
            executions_open: gauge(
                r,
                "steploom_executions_open",
                "Executions in memory that have not ended; those that only wait are in the store.",
            )?,
            express_running: gauge(
                r,
                "steploom_express_running",
                "EXPRESS executions that run here, in memory alone.",
            )?,
            express_ended: Family::new(
                counters(
                    r,
                    "steploom_express_ended_total",
                    "EXPRESS executions ended, by status; ABORTED are those whose callers went away.",
                    &["status"],
                )?,
                ["succeeded", "failed", "aborted"],
            ),
            executions_archived: counter(
                r,
                "steploom_executions_archived_total",
                "Closed executions moved from the database to the archive.",
            )?,
            executions_expired: counter(
                r,
                "steploom_executions_expired_total",
                "Executions removed from the archive, as their machine's retention says.",
            )?,
            moves: Moves::new(r)?,
            facts: counter(r, "steploom_facts_total", "Facts committed.")?,
            commits: counter(r, "steploom_commits_total", "Group commits.")?,
            commit_seconds: histogram(r, "steploom_commit_seconds", "Duration of a group commit.")?,
            checkpoints: counter(r, "steploom_checkpoints_total", "Checkpoints of shards.")?,
            checkpoint_seconds: histogram(
                r,
                "steploom_checkpoint_seconds",
                "Duration of a checkpoint.",
            )?,
            shards_owned: gauge(
                r,
                "steploom_shards_owned",
                "Shards that this node owns and has recovered.",
            )?,
            shards_recovered: counter(
                r,
                "steploom_shards_recovered_total",
                "Recoveries of shards.",
            )?,
            shards_handed_over: counter(
                r,
                "steploom_shards_handed_over_total",
                "Shards that were handed over to other nodes.",
            )?,
            takeover_seconds: histogram(
                r,
                "steploom_takeover_seconds",
                "From having a shard's lease to serving its executions.",
            )?,
            peer_calls: counters(
                r,
                "steploom_peer_calls_total",
                "Calls sent to other nodes, by what was asked and how that went.",
                &["call", "outcome"],
            )?,
            peer_seconds: histogram(
                r,
                "steploom_peer_seconds",
                "Duration of a call that was sent to another node.",
            )?,
            tasks: Family::new(
                counters(
                    r,
                    "steploom_tasks_total",
                    "Attempts at tasks begun, by what they ask for.",
                    &["kind"],
                )?,
                ["function", "activity"],
            ),
            schedule_firings: counters(
                r,
                "steploom_schedule_firings_total",
                "Due times of schedules, by what became of them.",
                &["outcome"],
            )?,
            activity_polls: counters(
                r,
                "steploom_activity_polls_total",
                "Polls of activities answered, by whether a task was given.",
                &["outcome"],
            )?,
            invocations: Family::new(
                counters(
                    r,
                    "steploom_invocations_total",
                    "Invocations, by outcome.",
                    &["outcome"],
                )?,
                ["succeeded", "failed"],
            ),
            invocation_seconds: histogram(
                r,
                "steploom_invocation_seconds",
                "Wall time of an invocation in its sandbox.",
            )?,
            sandboxes_running: gauge(
                r,
                "steploom_sandboxes_running",
                "Invocations in a sandbox now.",
            )?,
            sandboxes_waiting: gauge(
                r,
                "steploom_sandboxes_waiting",
                "Invocations that wait for a permit.",
            )?,
            sandboxes_idle: gauge(
                r,
                "steploom_sandboxes_idle",
                "Instances that wait for another call of their version",
            )?,
            log_lines: counter(
                r,
                "steploom_log_lines_total",
                "Lines of invocations' logs kept.",
            )?,
            log_lines_lost: counter(
                r,
                "steploom_log_lines_lost_total",
                "Lines of invocations' logs dropped because the log store was behind.",
            )?,
            http_requests: counters(
                r,
                "steploom_http_requests_total",
                "HTTP requests answered.",
                &["route", "method", "status"],
            )?,
            http_request_seconds: {
                let opts = HistogramOpts::new(
                    "steploom_http_request_seconds",
                    "Duration of an HTTP request.",
                )
                .buckets(SECONDS.to_vec());
                register(r, HistogramVec::new(opts, &["route", "method"])?)?
            },
            registry,
        })
    }

    /// Counts an attempt that is begun.
    pub(crate) fn task(&self, resource: &Resource) {
        let kind = match resource {
            Resource::Function(_) => "function",
            Resource::Activity(_) => "activity",
            Resource::Service(integration) => match &integration.api {
                Api::LambdaInvoke => "function",
                Api::StartExecution => "execution",
                Api::HttpInvoke => "http",
                Api::Sfn(_) => "sfn",
                Api::S3(_) => "s3",
                Api::Foreign { .. } => "foreign",
            },
        };
        self.tasks.inc(kind);
    }

    pub(crate) fn observe_request(&self, route: &str, method: &str, status: u16, seconds: f64) {
        let mut digits = [0_u8; 3];
        self.http_requests
            .with_label_values(&[route, method, status_text(status, &mut digits)])
            .inc();
        self.http_request_seconds
            .with_label_values(&[route, method])
            .observe(seconds);
    }

    /// The text format of Prometheus.
    pub(crate) fn render(&self) -> String {
        let mut text = Vec::new();
        if let Err(error) = TextEncoder::new().encode(&self.registry.gather(), &mut text) {
            tracing::error!(%error, "metrics cannot be rendered");
        }
        String::from_utf8(text).unwrap_or_default()
    }
}

fn status_text(status: u16, digits: &mut [u8; 3]) -> &str {
    let status = status.min(999);
    *digits = [
        b'0' + (status / 100) as u8,
        b'0' + (status / 10 % 10) as u8,
        b'0' + (status % 10) as u8,
    ];
    std::str::from_utf8(digits).unwrap_or("000")
}

fn register<C: prometheus::core::Collector + Clone + 'static>(
    registry: &Registry,
    metric: C,
) -> Result<C, prometheus::Error> {
    registry.register(Box::new(metric.clone()))?;
    Ok(metric)
}

fn counter(registry: &Registry, name: &str, help: &str) -> Result<IntCounter, prometheus::Error> {
    register(registry, IntCounter::new(name, help)?)
}

fn counters(
    registry: &Registry,
    name: &str,
    help: &str,
    labels: &[&str],
) -> Result<IntCounterVec, prometheus::Error> {
    register(registry, IntCounterVec::new(Opts::new(name, help), labels)?)
}

fn gauge(registry: &Registry, name: &str, help: &str) -> Result<IntGauge, prometheus::Error> {
    register(registry, IntGauge::new(name, help)?)
}

fn histogram(registry: &Registry, name: &str, help: &str) -> Result<Histogram, prometheus::Error> {
    register(
        registry,
        Histogram::with_opts(HistogramOpts::new(name, help).buckets(SECONDS.to_vec()))?,
    )
}

/// What metrics call a status.
pub(crate) fn status_label(status: Status) -> &'static str {
    match status {
        Status::Running => "running",
        Status::Succeeded => "succeeded",
        Status::Failed => "failed",
        Status::TimedOut => "timed_out",
        Status::Aborted => "aborted",
        Status::Pending => "pending",
        Status::Paused => "paused",
        Status::Quarantined => "quarantined",
        Status::Expired => "expired",
    }
}
