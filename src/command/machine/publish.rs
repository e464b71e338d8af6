//! `machine publish`: a machine as it is now becomes a release.

use steploom_api::wire::PublishMachine;
use steploom_types::Name;

use crate::command::Context;
use crate::failure::Failure;
use crate::view::out;

/// Publish a machine as it is now, under the next release number
///
/// A release is a version of the definition with its settings, and never changes. If nothing changed since the
/// newest release, that is what it says. Executions are started by it with 'steploom start MACHINE:NUMBER', or by
/// an alias that stands for it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  steploom machine publish word-count --description 'counts numbers as well'
  steploom machine alias set word-count prod $(steploom machine publish word-count)")]
pub(crate) struct Args {
    /// The machine
    name: Name,

    /// A sentence for people
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,

    /// Only if this is still its revision, as 'machine settings' shows it; INITIAL if it has none
    #[arg(long, value_name = "REVISION")]
    revision: Option<String>,
}

/// Publishes it.
pub(crate) async fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let name = args.name;
    let publish = PublishMachine {
        description: args.description,
        revision: args.revision,
    };
    let (release, is_new) = context.client.publish_machine(&name, &publish).await?;
    if context.json {
        return Ok(out::json(&release)?);
    }
    out::line(release.number.to_string())?;
    let (number, version) = (release.number, release.version);
    out::note(if is_new {
        format!("published version {version}; 'steploom start {name}:{number}' runs it")
    } else {
        format!("nothing changed since release {number}, which is version {version}")
    });
    Ok(())
}
