//! Turns Markdown into HTML: `{"markdown": "# Hello"}` gives `{"html": "<h1>Hello</h1>\n", ...}`.
//!
//! Markdown is CommonMark with tables, footnotes, task lists and ~~deleted~~ text. What comes out can be shown to others:
//! HTML in the Markdown is shown as text and links with other schemes than those of the web lead nowhere, unless
//! the event says `"raw": true`, which is for authors who are trusted.

mod safe;

use pulldown_cmark::{Event as Part, HeadingLevel, Options, Parser, Tag, TagEnd, html};
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use steploom_function::Error;

/// Bytes of a result: what a state of a state machine may have.
const RESULT_BYTES_MAX: usize = 256 * 1024;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Event {
    markdown: String,
    #[serde(default)]
    raw: bool,
}

#[derive(Debug, Serialize)]
struct Page {
    html: String,
    /// For a table of contents, in order.
    headings: Vec<Heading>,
}

#[derive(Debug, Serialize)]
struct Heading {
    level: u8,
    text: String,
}

#[steploom_function::handler]
fn handler(event: Event) -> Result<Box<RawValue>, Error> {
    let mut headings = Headings::default();
    let parts = Parser::new_ext(&event.markdown, extensions())
        .map(|part| if event.raw { part } else { safe::part(part) })
        .inspect(|part| headings.see(part));
    let mut html = String::with_capacity(event.markdown.len() * 3 / 2);
    html::push_html(&mut html, parts);
    bounded(&Page {
        html,
        headings: headings.done,
    })
}

fn extensions() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
}

/// Collects headings as they pass by.
#[derive(Default)]
struct Headings {
    open: Option<Heading>,
    done: Vec<Heading>,
}

impl Headings {
    fn see(&mut self, part: &Part) {
        match (part, &mut self.open) {
            (Part::Start(Tag::Heading { level, .. }), _) => {
                self.open = Some(Heading {
                    level: number(*level),
                    text: String::new(),
                });
            }
            (Part::End(TagEnd::Heading(_)), _) => self.done.extend(self.open.take()),
            (Part::Text(text) | Part::Code(text), Some(open)) => open.text.push_str(text),
            (Part::SoftBreak | Part::HardBreak, Some(open)) => open.text.push(' '),
            _ => {}
        }
    }
}

fn number(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

/// The result's JSON, if a state machine can take it.
fn bounded(page: &Page) -> Result<Box<RawValue>, Error> {
    let json = to_raw_value(page)?;
    let bytes = json.get().len();
    if bytes <= RESULT_BYTES_MAX {
        return Ok(json);
    }
    let message = format!(
        "the page has {bytes} bytes, {RESULT_BYTES_MAX} are allowed: split the Markdown at a heading"
    );
    Err(Error::new("ResultTooLarge", message))
}

#[cfg(test)]
mod tests;
