//! What of a page can harm nobody.

use pulldown_cmark::{CowStr, Event as Part, Tag};

/// Schemes that a link may have.
const SCHEMES: [&str; 4] = ["http", "https", "mailto", "tel"];

/// HTML becomes text that shows it; a link or picture with another scheme leads nowhere.
pub(crate) fn part(part: Part) -> Part {
    match part {
        Part::Html(html) | Part::InlineHtml(html) => Part::Text(html),
        Part::Start(Tag::Link {
            link_type,
            dest_url,
            title,
            id,
        }) => Part::Start(Tag::Link {
            link_type,
            dest_url: url(dest_url),
            title,
            id,
        }),
        Part::Start(Tag::Image {
            link_type,
            dest_url,
            title,
            id,
        }) => Part::Start(Tag::Image {
            link_type,
            dest_url: url(dest_url),
            title,
            id,
        }),
        other => other,
    }
}

fn url(url: CowStr) -> CowStr {
    if is_harmless(&url) { url } else { "".into() }
}

/// Browsers leave out control characters and spaces before they look for a scheme.
fn is_harmless(url: &str) -> bool {
    let seen: String = url
        .chars()
        .filter(|letter| !letter.is_control() && !letter.is_whitespace())
        .collect();
    let Some((scheme, _)) = seen.split_once(':') else {
        return true;
    };
    let is_path = scheme.contains(['/', '?', '#']);
    is_path
        || SCHEMES
            .iter()
            .any(|known| scheme.eq_ignore_ascii_case(known))
}
