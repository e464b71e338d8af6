//! Where tasks may call over HTTP.
//!
//! Addresses of this host, of private networks and of the link are refused, whatever name leads
//! to them, unless the operator allows them. What is checked is the address that is connected to:
//! names are resolved here, once, and the connection goes to what was found good.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

/// A rule by which an operator lets tasks reach what is refused otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EgressRule {
    /// A host by its name or address, on one port or on any.
    Host {
        /// In lower case.
        host: String,
        /// Any, if none.
        port: Option<u16>,
    },
    /// All addresses that begin with the same bits.
    Network {
        /// Its address.
        address: IpAddr,
        /// How many bits.
        bits: u8,
    },
}

impl FromStr for EgressRule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("'{text}' is no HOST, HOST:PORT or ADDRESS/BITS");
        if let Some((address, bits)) = text.split_once('/') {
            let address: IpAddr = address.parse().map_err(|_| wrong())?;
            let bits: u8 = bits.parse().map_err(|_| wrong())?;
            let most = if address.is_ipv4() { 32 } else { 128 };
            if bits > most {
                return Err(wrong());
            }
            return Ok(Self::Network { address, bits });
        }
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self::Host {
                host: address.to_string(),
                port: None,
            });
        }
        if let Ok(address) = text.parse::<SocketAddr>() {
            return Ok(Self::Host {
                host: address.ip().to_string(),
                port: Some(address.port()),
            });
        }
        let (host, port) = match text.split_once(':') {
            Some((host, port)) => (host, Some(port.parse().map_err(|_| wrong())?)),
            None => (text, None),
        };
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
        if host.is_empty() || !host.bytes().all(is_name) {
            return Err(wrong());
        }
        Ok(Self::Host {
            host: host.to_ascii_lowercase(),
            port,
        })
    }
}

/// The operator's rules.
#[derive(Clone, Debug, Default)]
pub(crate) struct Egress {
    rules: Vec<EgressRule>,
}

impl Egress {
    pub(crate) fn new(rules: Vec<EgressRule>) -> Self {
        Self { rules }
    }

    /// Whether a task that names `host` may connect to this address.
    pub(crate) fn allows(&self, host: &str, address: SocketAddr) -> bool {
        let ip = address.ip().to_canonical();
        is_public(ip)
            || self
                .rules
                .iter()
                .any(|rule| rule.matches(host, ip, address.port()))
    }
}

impl EgressRule {
    fn matches(&self, name: &str, ip: IpAddr, at: u16) -> bool {
        match self {
            Self::Host { host, port } => {
                let is_host = host.eq_ignore_ascii_case(name)
                    || host
                        .parse::<IpAddr>()
                        .is_ok_and(|host| host.to_canonical() == ip);
                is_host && port.is_none_or(|port| port == at)
            }
            Self::Network { address, bits } => begins(*address, *bits, ip),
        }
    }
}

fn begins(network: IpAddr, bits: u8, ip: IpAddr) -> bool {
    let same = |a: u128, b: u128, width: u32| {
        let rest = width - u32::from(bits).min(width);
        a.checked_shr(rest).unwrap_or(0) == b.checked_shr(rest).unwrap_or(0)
    };
    match (network, ip) {
        (IpAddr::V4(a), IpAddr::V4(b)) => same(u32::from(a).into(), u32::from(b).into(), 32),
        (IpAddr::V6(a), IpAddr::V6(b)) => same(a.into(), b.into(), 128),
        _ => false,
    }
}

/// Whether an address is one of the open internet (RFC 6890 and its successors).
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let is_special = ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_broadcast()
        || ip.is_multicast()
        || ip.is_documentation()
        || a == 0
        // Shared by carriers, protocol assignments, relays of 6to4, benchmarks, reserved.
        || (a == 100 && (64..128).contains(&b))
        || (a, b, c) == (192, 0, 0)
        || (a, b, c) == (192, 88, 99)
        || (a == 198 && (18..20).contains(&b))
        || a >= 240;
    !is_special
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let s = ip.segments();
    // Only 2000::/3 is given out; within it these carry other addresses, or nothing.
    let is_global = s[0] & 0xe000 == 0x2000;
    let is_special = (s[0] == 0x2001 && (s[1] < 0x0200 || s[1] == 0x0db8))
        || s[0] == 0x2002
        || (s[0] == 0x3fff && s[1] < 0x1000);
    is_global && !is_special
}

#[cfg(test)]
mod tests;
