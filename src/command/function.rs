//! `function show|versions|publish|releases|release|alias|tag|events|url|delete`.

mod alias;
mod events;
mod publish;
mod url;

use clap::Subcommand;
use comfy_table::Cell;
use steploom_api::wire::{Function, FunctionKind};
use steploom_types::Name;

use super::{Context, tag};
use crate::failure::Failure;
use crate::view::live::now;
use crate::view::table::Rows;
use crate::view::{Paint, human, out};

/// Look at a function, its versions, publish them, say who hears of its events, or delete it
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Show a function and what its newest version may use
    Show {
        /// The function
        name: Name,
    },
    /// List a function's versions, newest first
    Versions {
        /// The function
        name: Name,
    },
    Publish(publish::Args),
    /// List a function's releases, newest first
    Releases {
        /// The function
        name: Name,
    },
    Release(publish::ReleaseArgs),
    Alias(alias::Args),
    /// Show a function's tags, or set some and remove others
    Tag(tag::Args),
    Events(events::Args),
    Url(url::Args),
    /// Delete a function with all its versions
    ///
    /// Invocations that run go on; steps that name it fail from now on.
    Delete {
        /// The function
        name: Name,
    },
}

/// Does it.
pub(crate) async fn run(args: Args, context: &Context) -> Result<(), Failure> {
    match args.verb {
        Verb::Show { name } => {
            let function = context.client.get_function(&name).await?;
            if context.json {
                out::json(&function)?;
            } else {
                out::line(text(&function, context.paint))?;
            }
        }
        Verb::Versions { name } => versions(&name, context).await?,
        Verb::Publish(args) => publish::run(args, context).await?,
        Verb::Releases { name } => publish::list(&name, context).await?,
        Verb::Release(args) => publish::release(args, context).await?,
        Verb::Alias(args) => alias::run(args, context).await?,
        Verb::Tag(args) => {
            let name = &args.name;
            let tags = match args.change() {
                Some(change) => context.client.change_function_tags(name, &change).await?,
                None => context.client.function_tags(name).await?,
            };
            tag::show(&tags, name, context)?;
        }
        Verb::Events(args) => events::run(args, context).await?,
        Verb::Url(args) => url::run(args, context).await?,
        Verb::Delete { name } => {
            context.client.delete_function(&name).await?;
            super::deleted(context, "function", &name)?;
        }
    }
    Ok(())
}

async fn versions(name: &Name, context: &Context) -> Result<(), Failure> {
    let versions = context.client.function_versions(name).await?;
    if context.json {
        return Ok(out::json(&versions)?);
    }
    let mut rows = Rows::new(
        context.paint,
        &["version", "kind", "size", "module", "created"],
    );
    for version in &versions.items {
        rows.add([
            version.version.to_string(),
            kind(version.kind).to_owned(),
            human::size(version.module_bytes),
            version.module.to_string(),
            human::ago(version.created_at, now()),
        ]);
    }
    Ok(out::line(rows.text(&[0, 2]))?)
}

fn text(function: &Function, paint: Paint) -> String {
    let latest = &function.latest;
    let settings = &latest.settings;
    let mut rows = Rows::without_header(paint);
    rows.field("name", function.name.as_str());
    if !settings.description.is_empty() {
        rows.field("description", settings.description.as_str());
    }
    rows.field("version", latest.version);
    rows.field("kind", kind(latest.kind));
    rows.field("module", format!("sha256:{}", latest.module));
    rows.field("size", human::size(latest.module_bytes));
    if let Some(runtime) = &latest.settings.runtime {
        rows.field("runtime", runtime);
    }
    if let Some(handler) = &latest.settings.handler {
        rows.field("handler", handler);
    }
    rows.field("timeout", human::duration(settings.timeout_ms));
    rows.field("memory", human::size(settings.memory_bytes_max));
    rows.field("fuel", human::count(settings.fuel_max));
    rows.field("disk", human::size(settings.disk_bytes_max));
    rows.field("output", human::size(settings.output_bytes_max));
    rows.field("logs", human::size(settings.log_bytes_max));
    for (key, value) in &settings.environment {
        rows.field("env", Cell::new(format!("{key}={value}")));
    }
    for volume in &settings.volumes {
        rows.field(
            "volume",
            Cell::new(format!("{} at {}", volume.name, volume.path)),
        );
    }
    for grant in &settings.grants {
        rows.field("grant", grant.to_string());
    }
    rows.field("created", human::ago(function.created_at, now()));
    rows.field("updated", human::ago(latest.created_at, now()));
    rows.text(&[])
}

/// A kind in a word.
pub(crate) fn kind(kind: FunctionKind) -> &'static str {
    match kind {
        FunctionKind::Command => "command",
        FunctionKind::Reactor => "reactor",
        FunctionKind::Handler => "handler",
        FunctionKind::Http => "http",
    }
}
