//! Signals: Ctrl-C for clients, and for servers SIGTERM as well.

use tokio::signal::unix::{SignalKind, signal};

/// Waits for Ctrl-C.
pub(crate) async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Waits for Ctrl-C or SIGTERM.
pub(crate) async fn stop_wanted() {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return interrupted().await;
    };
    tokio::select! {
        () = interrupted() => {}
        _ = terminate.recv() => {}
    }
}
