//! Addresses, for JavaScript's `URL`.

use rquickjs::{Ctx, Object, Result};
use url::{Url, quirks};

/// An address in its parts, as `URL` names them; undefined if it is none. With a `part` it is the address with that
/// part set to `value`.
pub(crate) fn parse(
    ctx: Ctx<'_>,
    text: String,
    base: Option<String>,
    part: Option<String>,
    value: Option<String>,
) -> Result<Option<Object<'_>>> {
    let parsed = match base {
        Some(base) => Url::parse(&base).and_then(|base| base.join(&text)),
        None => Url::parse(&text),
    };
    let Ok(mut url) = parsed else {
        return Ok(None);
    };
    if let (Some(part), Some(value)) = (part, value) {
        set(&mut url, &part, &value);
    }
    let parts = Object::new(ctx)?;
    parts.set("href", quirks::href(&url))?;
    parts.set("origin", quirks::origin(&url))?;
    parts.set("protocol", quirks::protocol(&url))?;
    parts.set("username", quirks::username(&url))?;
    parts.set("password", quirks::password(&url))?;
    parts.set("host", quirks::host(&url))?;
    parts.set("hostname", quirks::hostname(&url))?;
    parts.set("port", quirks::port(&url))?;
    parts.set("pathname", quirks::pathname(&url))?;
    parts.set("search", quirks::search(&url))?;
    parts.set("hash", quirks::hash(&url))?;
    Ok(Some(parts))
}

/// Sets a part; a value that does not fit changes nothing, as in a browser.
fn set(url: &mut Url, part: &str, value: &str) {
    let _ = match part {
        "protocol" => quirks::set_protocol(url, value),
        "username" => quirks::set_username(url, value),
        "password" => quirks::set_password(url, value),
        "host" => quirks::set_host(url, value),
        "hostname" => quirks::set_hostname(url, value),
        "port" => quirks::set_port(url, value),
        "pathname" => {
            quirks::set_pathname(url, value);
            Ok(())
        }
        "search" => {
            quirks::set_search(url, value);
            Ok(())
        }
        "hash" => {
            quirks::set_hash(url, value);
            Ok(())
        }
        _ => Ok(()),
    };
}
