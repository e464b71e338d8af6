//! Which hosts a function may call: `api.example.com`, `*.example.com`, `http://10.0.0.7:8080`, `*`.

use std::str::FromStr;

use reqwest::Url;

/// A host, or several, of one scheme and port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostRule {
    is_https: bool,
    host: Hosts,
    port: u16,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Hosts {
    /// Every one.
    All,
    /// Those whose names end so; it begins with a dot.
    Below(String),
    /// This one, in lower case, an address of version 6 without its brackets.
    One(String),
}

impl FromStr for HostRule {
    type Err = String;

    /// `[SCHEME://]HOST[:PORT]`: `https` if no scheme is said, the scheme's own port if none is.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "'{}' is no HOST, *.HOST or *, with SCHEME:// before and :PORT behind if they are not https and its own port",
                text.escape_default()
            )
        };
        let (scheme, rest) = text.split_once("://").unwrap_or(("https", text));
        let is_https = match scheme {
            "https" => true,
            "http" => false,
            _ => return Err(wrong()),
        };
        let (host, port) = match rest.rsplit_once(':') {
            // An address of version 6 is in brackets, if it is one.
            Some((host, port)) if !port.ends_with(']') => {
                (host, port.parse().map_err(|_| wrong())?)
            }
            _ => (rest, if is_https { 443 } else { 80 }),
        };
        let host = host.to_ascii_lowercase();
        let is_name = |name: &str| {
            let is_good = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
            !name.is_empty() && name.bytes().all(is_good) && !name.starts_with('.')
        };
        let bare = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        let host = if host == "*" {
            Hosts::All
        } else if let Some(below) = host.strip_prefix('*') {
            let name = below.strip_prefix('.').filter(|name| is_name(name));
            name.ok_or_else(wrong)?;
            Hosts::Below(below.to_owned())
        } else if let Some(address) = bare {
            let address: std::net::Ipv6Addr = address.parse().map_err(|_| wrong())?;
            Hosts::One(address.to_string())
        } else if is_name(&host) {
            Hosts::One(host)
        } else {
            return Err(wrong());
        };
        Ok(Self {
            is_https,
            host,
            port,
        })
    }
}

impl HostRule {
    /// Whether it lets a request to this address through.
    pub(super) fn matches(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let is_host = match &self.host {
            Hosts::All => !host.is_empty(),
            Hosts::Below(end) => {
                host.len() > end.len()
                    && host
                        .get(host.len() - end.len()..)
                        .is_some_and(|tail| tail.eq_ignore_ascii_case(end))
            }
            Hosts::One(one) => one.eq_ignore_ascii_case(host),
        };
        let scheme = if self.is_https { "https" } else { "http" };
        is_host && url.scheme() == scheme && url.port_or_known_default() == Some(self.port)
    }

    /// Whether requests by it are encrypted.
    pub(crate) fn is_https(&self) -> bool {
        self.is_https
    }
}

#[cfg(test)]
mod tests;
