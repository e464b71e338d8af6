//! `machine alias set|show|list|delete`: names for releases.

use clap::Subcommand;
use steploom_api::wire::{Alias, AliasRoute, PutAlias, ReleaseNumber};
use steploom_types::Name;

use crate::command::{self, Context};
use crate::failure::Failure;
use crate::parse;
use crate::view::live::now;
use crate::view::table::Rows;
use crate::view::{human, out};

/// Out of so many starts each release has its part.
const STARTS: u8 = 100;

/// Give releases of a machine a name, such as prod, and move it from one to the next
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  steploom machine alias set word-count prod 3            all starts of prod run release 3
  steploom machine alias set word-count prod 3=90 4=10    10 of 100 starts run release 4
  steploom machine alias set word-count prod 3 4=10       the same
  steploom start word-count:prod
  steploom machine alias list word-count")]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Make an alias, or have it stand for other releases
    Set {
        /// The machine
        name: Name,
        /// The alias: not a number
        alias: Name,
        /// A release's number, and how many of 100 starts it has; what is left of 100 where that is left out
        #[arg(value_name = "RELEASE[=WEIGHT]", num_args = 0..=2, value_parser = parse::route)]
        routes: Vec<(u32, Option<u8>)>,
        /// A sentence for people
        #[arg(long, value_name = "TEXT")]
        description: Option<String>,
    },
    /// Show an alias
    Show {
        /// The machine
        name: Name,
        /// The alias
        alias: Name,
    },
    /// List a machine's aliases
    List {
        /// The machine
        name: Name,
    },
    /// Delete an alias; executions that were started by it go on
    Delete {
        /// The machine
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
            if routes.is_empty() && description.is_none() {
                let title = "which release? steploom machine alias set MACHINE ALIAS RELEASE";
                return Err(Failure::usage(title));
            }
            let put = PutAlias {
                description,
                routes: weighed(&routes)?,
            };
            let (alias, _) = client.put_alias(&name, &alias, &put, false).await?;
            if context.json {
                return Ok(out::json(&alias)?);
            }
            let text = format!("{name}:{} stands for {}", alias.name, routes_text(&alias));
            Ok(out::line(text)?)
        }
        Verb::Show { name, alias } => {
            let alias = client.get_alias(&name, &alias).await?;
            if context.json {
                return Ok(out::json(&alias)?);
            }
            let mut rows = Rows::without_header(context.paint);
            rows.field("alias", format!("{name}:{}", alias.name));
            rows.field("releases", routes_text(&alias));
            if let Some(description) = &alias.description {
                rows.field("description", description.as_str());
            }
            rows.field("created", human::ago(alias.created_at, now()));
            rows.field("updated", human::ago(alias.updated_at, now()));
            Ok(out::line(rows.text(&[]))?)
        }
        Verb::List { name } => list(&name, context).await,
        Verb::Delete { name, alias } => {
            client.delete_alias(&name, &alias).await?;
            command::deleted(context, "alias", &alias)
        }
    }
}

async fn list(name: &Name, context: &Context) -> Result<(), Failure> {
    let found = context.client.list_aliases(name).await?;
    if context.json {
        return Ok(out::json(&found)?);
    }
    if found.items.is_empty() {
        out::note(format!(
            "no aliases yet; 'steploom machine alias set {name} prod RELEASE' makes one"
        ));
        return Ok(());
    }
    let mut rows = Rows::new(
        context.paint,
        &["alias", "releases", "updated", "description"],
    );
    for alias in &found.items {
        rows.add([
            alias.name.to_string(),
            routes_text(alias),
            human::ago(alias.updated_at, now()),
            alias.description.clone().unwrap_or_default(),
        ]);
    }
    Ok(out::line(rows.text(&[]))?)
}

/// The routes with what is left of a hundred where no weight was typed.
fn weighed(routes: &[(u32, Option<u8>)]) -> Result<Vec<AliasRoute>, Failure> {
    let said: u32 = routes
        .iter()
        .filter_map(|(_, weight)| *weight)
        .map(u32::from)
        .sum();
    let unsaid = routes.iter().filter(|(_, weight)| weight.is_none()).count();
    if unsaid > 1 {
        let [(one, _), (other, _), ..] = routes else {
            return Err(Failure::usage("which release?"));
        };
        return Err(Failure::usage(format!(
            "how many of 100 starts has each? such as {one}=90 {other}=10"
        )));
    }
    let left = u32::from(STARTS).saturating_sub(said);
    let left = u8::try_from(left).unwrap_or_default();
    let route = |(release, weight): &(u32, Option<u8>)| AliasRoute {
        release: ReleaseNumber(*release),
        weight: weight.unwrap_or(left),
    };
    Ok(routes.iter().map(route).collect())
}

/// `release 3`, or `release 3 (90%), release 4 (10%)`.
fn routes_text(alias: &Alias) -> String {
    if let [route] = &alias.routes[..] {
        return format!("release {}", route.release);
    }
    let routes: Vec<_> = alias
        .routes
        .iter()
        .map(|route| format!("release {} ({}%)", route.release, route.weight))
        .collect();
    routes.join(", ")
}

#[cfg(test)]
mod tests;
