//! Components that answer HTTP: `wasi:http/incoming-handler`, as `wasmtime serve` runs them.

use http::uri::Scheme as UriScheme;
use http_body_util::{BodyExt, LengthLimitError};
use wasmtime::Store;
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, InstancePre};
use wasmtime_wasi_http::p2::bindings::ProxyPre;
use wasmtime_wasi_http::p2::bindings::http::types::Scheme;
use wasmtime_wasi_http::{Error, WasiHttpView as _};

use crate::guest::Guest;
use crate::http::{BoxError, Exchange};

/// What it exports, and the function in there.
const INTERFACE: &str = "wasi:http/incoming-handler";
const FUNCTION: &str = "handle";

/// A linked component.
pub(crate) struct Http {
    pre: ProxyPre<Guest>,
}

impl Http {
    /// Looks up what it exports.
    ///
    /// # Errors
    /// It is not what `wasmtime serve` would call.
    pub(crate) fn link(
        component: &Component,
        pre: InstancePre<Guest>,
        exports: &[String],
    ) -> wasmtime::Result<Self> {
        let interface = exports.iter().find(|name| name.starts_with(INTERFACE));
        let item = interface
            .and_then(|name| component.get_export_index(None, name))
            .and_then(|interface| component.get_export(Some(&interface), FUNCTION));
        let is_handler = matches!(
            item,
            Some((ComponentItem::ComponentFunc(function), _))
                if function.params().len() == 2 && function.results().len() == 0
        );
        if !is_handler {
            return Err(wasmtime::format_err!(
                "'{INTERFACE}' has no '{FUNCTION}: func(request: incoming-request, response-out: response-outparam)'"
            ));
        }
        Ok(Self {
            pre: ProxyPre::new(pre)?,
        })
    }

    /// Hands it a request, and runs it to its end.
    ///
    /// # Errors
    /// A trap, or a limit that was hit.
    pub(crate) async fn run(
        &self,
        store: &mut Store<Guest>,
        exchange: Exchange,
    ) -> wasmtime::Result<()> {
        let Exchange { request, door } = exchange;
        let is_https = request.uri().scheme() == Some(&UriScheme::HTTPS);
        let scheme = if is_https {
            Scheme::Https
        } else {
            Scheme::Http
        };
        let request = request.map(|body| body.map_err(|error| of_body(&error)));
        let mut http = store.data_mut().http();
        let request = http.new_incoming_request(scheme, request)?;
        let answer = http.new_response_outparam_from_callback(move |said| door.take(said))?;
        let proxy = self.pre.instantiate_async(&mut *store).await?;
        let handler = proxy.wasi_http_incoming_handler();
        handler.call_handle(store, request, answer).await
    }
}

/// Why a request's body broke off, as the guest learns it.
fn of_body(error: &BoxError) -> Error {
    if error.is::<LengthLimitError>() {
        Error::HttpRequestBodySize(None)
    } else {
        Error::ConnectionTerminated
    }
}
