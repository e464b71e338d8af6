//! Where a listener without keys may listen.

use std::net::SocketAddr;

use steploom_types::{Error, Kind, Result};

/// Whether a listener without keys may listen on `address`: on the loopback interface only, since
/// whoever reaches it may do everything. Call it before binding.
///
/// # Errors
/// `Denied` / `ListenNotAllowed`: choose a loopback address.
pub fn check_listen(address: SocketAddr) -> Result<()> {
    // `::ffff:127.0.0.1` is loopback as well, though `IpAddr::is_loopback` says no.
    if address.ip().to_canonical().is_loopback() {
        return Ok(());
    }
    Err(Error::new(
        Kind::Denied,
        "ListenNotAllowed",
        format!(
            "refusing to listen on {address}: without keys anybody who reaches the listener could do \
             everything; make one first, on the same --data or --database-url: steploom key create \
             --scope admin; or listen on 127.0.0.1 or [::1]"
        ),
    ))
}

#[cfg(test)]
mod tests;
