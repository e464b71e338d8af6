//! `machine settings`: what of a machine's executions is logged, its role and its type.

use clap::ValueEnum;
use steploom_api::wire::{LogLevel, MachineProfile, MachineSettings, MachineType};
use steploom_types::Name;

use crate::command::Context;
use crate::failure::Failure;
use crate::view::live::now;
use crate::view::table::Rows;
use crate::view::{human, out};

/// Show a machine's type, role, logging and revision, or set them; what is not said stays as it is
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  steploom machine settings word-count
  steploom machine settings word-count --log-level error --log-data
  steploom machine settings word-count --log-data=false --role arn:aws:iam::000000000000:role/counter
  steploom machine settings word-count --reset      all but its type as it was made")]
pub(crate) struct Args {
    /// The machine
    name: Name,

    /// The ARN of a role, kept for those who ask: access is by keys here
    #[arg(long, value_name = "ARN")]
    role: Option<String>,

    /// Which events of executions are logged
    #[arg(long, value_name = "LEVEL", ignore_case = true)]
    log_level: Option<Level>,

    /// Whether inputs and outputs are logged, too
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    log_data: Option<bool>,

    /// The ARN of a log group, kept for those who ask; may be given several times
    #[arg(long = "log-destination", value_name = "ARN")]
    log_destinations: Vec<String>,

    /// Whether AWS would trace executions, kept for those who ask
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    tracing: Option<bool>,

    /// Begin with the settings of a new machine
    #[arg(long)]
    reset: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Level {
    All,
    Error,
    Fatal,
    Off,
}

impl From<Level> for LogLevel {
    fn from(level: Level) -> Self {
        match level {
            Level::All => Self::All,
            Level::Error => Self::Error,
            Level::Fatal => Self::Fatal,
            Level::Off => Self::Off,
        }
    }
}

/// Shows or sets them.
pub(crate) async fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let client = &context.client;
    let mut profile = client.machine_settings(&args.name).await?;
    let wanted = args.applied_to(&profile.settings);
    if args.reset || wanted != profile.settings {
        profile = client.put_machine_settings(&args.name, &wanted).await?;
    }
    if context.json {
        return Ok(out::json(&profile)?);
    }
    Ok(out::line(text(&profile, context))?)
}

impl Args {
    fn applied_to(&self, had: &MachineSettings) -> MachineSettings {
        let mut settings = had.clone();
        if self.reset {
            settings = MachineSettings {
                machine_type: had.machine_type,
                ..MachineSettings::default()
            };
        }
        if self.role.is_some() {
            settings.role.clone_from(&self.role);
        }
        let logging = &mut settings.logging;
        logging.level = self.log_level.map_or(logging.level, Into::into);
        logging.include_execution_data = self.log_data.unwrap_or(logging.include_execution_data);
        if !self.log_destinations.is_empty() {
            logging.destinations.clone_from(&self.log_destinations);
        }
        settings.tracing = self.tracing.unwrap_or(settings.tracing);
        settings
    }
}

fn text(profile: &MachineProfile, context: &Context) -> String {
    let mut rows = Rows::without_header(context.paint);
    fields(&mut rows, &profile.settings);
    for (key, value) in &profile.tags {
        rows.field("tag", format!("{key}={value}"));
    }
    rows.field("revision", profile.revision.as_deref().unwrap_or("INITIAL"));
    rows.field("updated", human::ago(profile.updated_at, now()));
    rows.text(&[])
}

/// Settings, for people.
pub(super) fn fields(rows: &mut Rows, settings: &MachineSettings) {
    rows.field("type", type_text(settings.machine_type));
    if let Some(role) = &settings.role {
        rows.field("role", role.as_str());
    }
    let logging = &settings.logging;
    let level = match logging.level {
        LogLevel::All => "ALL",
        LogLevel::Error => "ERROR",
        LogLevel::Fatal => "FATAL",
        LogLevel::Off => "OFF",
    };
    let data = if logging.include_execution_data {
        ", with inputs and outputs"
    } else {
        ""
    };
    rows.field("logging", format!("{level}{data}"));
    for destination in &logging.destinations {
        rows.field("log group", destination.as_str());
    }
    if settings.tracing {
        rows.field("tracing", "on");
    }
}

/// A type as the API writes it.
pub(crate) fn type_text(machine_type: MachineType) -> &'static str {
    match machine_type {
        MachineType::Standard => "STANDARD",
        MachineType::Express => "EXPRESS",
    }
}
