//! `function alias set|list|delete`: names for releases.

use clap::Subcommand;
use steploom_api::wire::{FunctionAlias, FunctionRoute, ReleaseNumber, SetFunctionAlias};
use steploom_types::Name;

use crate::command::{self, Context};
use crate::failure::Failure;
use crate::parse;
use crate::view::out;
use crate::view::table::Rows;

/// Give releases of a function a name, such as prod, and move it from one to the next
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  steploom function alias set word-count prod 3          all calls of prod go to release 3
  steploom function alias set word-count prod 3 4=10     10 of 100 calls go to release 4
  steploom function alias set word-count prod            the newest version, whatever is published
  steploom invoke word-count '{}' --qualifier prod")]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Make an alias, or have it stand for something else
    Set {
        /// The function
        name: Name,
        /// The alias: not a number
        alias: Name,
        /// A release's number, and behind it another one with how many of 100 calls it has
        #[arg(value_name = "RELEASE[=WEIGHT]", num_args = 0..=2, value_parser = parse::route)]
        routes: Vec<(u32, Option<u8>)>,
        /// A sentence for people
        #[arg(long, value_name = "TEXT", default_value = "")]
        description: String,
    },
    /// List a function's aliases
    List {
        /// The function
        name: Name,
    },
    /// Delete an alias
    Delete {
        /// The function
        name: Name,
        /// The alias
        alias: Name,
    },
}

/// Does it.
pub(crate) async fn run(args: Args, context: &Context) -> Result<(), Failure> {
    let client = &context.client;
    match args.verb {
        Verb::Set {
            name,
            alias,
            routes,
            description,
        } => {
            let set = set(&routes, description)?;
            let (alias, _) = client
                .put_function_alias(&name, &alias, &set, false)
                .await?;
            if context.json {
                return Ok(out::json(&alias)?);
            }
            let text = format!("{name}:{} stands for {}", alias.name, target(&alias));
            Ok(out::line(text)?)
        }
        Verb::List { name } => list(&name, context).await,
        Verb::Delete { name, alias } => {
            client.delete_function_alias(&name, &alias).await?;
            command::deleted(context, "alias", &alias)
        }
    }
}

async fn list(name: &Name, context: &Context) -> Result<(), Failure> {
    let found = context.client.list_function_aliases(name).await?;
    if context.json {
        return Ok(out::json(&found)?);
    }
    if found.items.is_empty() {
        out::note(format!(
            "no aliases yet; 'steploom function alias set {name} prod RELEASE' makes one"
        ));
        return Ok(());
    }
    let mut rows = Rows::new(context.paint, &["alias", "stands for", "description"]);
    for alias in &found.items {
        rows.add([
            alias.name.to_string(),
            target(alias),
            alias.description.clone(),
        ]);
    }
    Ok(out::line(rows.text(&[]))?)
}

/// The first release takes what the second leaves.
fn set(routes: &[(u32, Option<u8>)], description: String) -> Result<SetFunctionAlias, Failure> {
    let (release, other) = match routes {
        [] => (None, None),
        [(release, None | Some(100))] => (Some(*release), None),
        [(release, None), (other, Some(weight))] => (Some(*release), Some((*other, *weight))),
        _ => {
            let title = "say one release, or one and another with its weight: 3 4=10";
            return Err(Failure::usage(title));
        }
    };
    Ok(SetFunctionAlias {
        description,
        release: release.map(ReleaseNumber),
        other: other.map(|(release, weight)| FunctionRoute {
            release: ReleaseNumber(release),
            weight: f64::from(weight) / 100.0,
        }),
    })
}

fn target(alias: &FunctionAlias) -> String {
    let first = match alias.release {
        Some(release) => format!("release {release}"),
        None => "the newest version".to_owned(),
    };
    match alias.other {
        None => first,
        Some(FunctionRoute { release, weight }) => {
            let percent = weight * 100.0;
            format!("{first}, and release {release} for {percent:.0} of 100 calls")
        }
    }
}
