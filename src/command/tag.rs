//! Tags of functions, machines and activities, as `function tag`, `machine tag` and `activity tag` change and show them.

use steploom_api::wire::{ChangeTags, Tags};
use steploom_types::Name;

use super::Context;
use crate::failure::Failure;
use crate::parse;
use crate::view::out;
use crate::view::table::Rows;

/// Show tags, or set some and remove others
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What has the tags
    pub(crate) name: Name,

    /// Tags to set
    #[arg(value_name = "KEY=VALUE", value_parser = parse::variable)]
    set: Vec<(String, String)>,

    /// A tag to remove; may be given several times
    #[arg(long, value_name = "KEY")]
    remove: Vec<String>,
}

impl Args {
    /// What is to be changed; `None` if the tags are only to be shown.
    pub(crate) fn change(&self) -> Option<ChangeTags> {
        if self.set.is_empty() && self.remove.is_empty() {
            return None;
        }
        Some(ChangeTags {
            set: self.set.iter().cloned().collect(),
            remove: self.remove.clone(),
        })
    }
}

/// Shows them.
pub(crate) fn show(tags: &Tags, name: &Name, context: &Context) -> Result<(), Failure> {
    if context.json {
        return Ok(out::json(tags)?);
    }
    if tags.tags.is_empty() {
        out::note(format!("{name} has no tags"));
        return Ok(());
    }
    let mut rows = Rows::without_header(context.paint);
    for (key, value) in &tags.tags {
        rows.field(key, value.as_str());
    }
    Ok(out::line(rows.text(&[]))?)
}
