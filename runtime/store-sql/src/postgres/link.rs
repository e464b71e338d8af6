//! Connections, given up as soon as something fails on them, and opened again when they are needed.
//!
//! A database that went away is noticed by whoever asks it next, who gets `Unavailable`; the others
//! look at their connection before they use it. So the first request after it came back succeeds,
//! and nobody waits for a connection that is dead: every wait has an end here.

use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection};
use steploom_store::{Error, Result};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

use crate::error::failed;

/// How long it may take to connect.
const CONNECT_MAX: Duration = Duration::from_secs(5);

/// How long one waits for a connection that others have.
const TAKE_MAX: Duration = Duration::from_secs(30);

/// After so long a connection that nobody used is looked at before it is.
const IDLE_MAX: Duration = Duration::from_secs(1);

/// How long a connection may take to say that it is alive.
const PING_MAX: Duration = Duration::from_secs(2);

/// How long a piece of work may take: more than the server gives a statement, so that this ends
/// only what the network has swallowed.
const WORK_MAX: Duration = Duration::from_secs(40);

/// What holds on every connection. Nothing is left to the server's own settings that durability,
/// fencing or the absence of long transactions depends on.
///
/// A former owner that stands still in the middle of a checkpoint holds its rows for five seconds at
/// most. Plans are generic, since every statement here searches by an index whatever its values are; and a table that grew since it was
/// looked at last is not read from end to end.
const SESSION: &str = "
    SET search_path = steploom;
    SELECT set_config('synchronous_commit', 'on', false)
        WHERE current_setting('synchronous_commit') = 'off';
    SET default_transaction_isolation = 'read committed';
    SET statement_timeout = '30s';
    SET lock_timeout = '10s';
    SET idle_in_transaction_session_timeout = '5s';
    SET plan_cache_mode = 'force_generic_plan';
    SET enable_seqscan = off;
    SET jit = off;
    SET client_min_messages = warning;
";

/// A number of connections to one database.
pub(super) struct Links {
    options: PgConnectOptions,
    permits: Semaphore,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The one that was used last is used next.
    idle: Vec<Idle>,
    /// When something failed last: what was used before then is looked at.
    broken_at: Option<Instant>,
}

struct Idle {
    connection: PgConnection,
    used_at: Instant,
}

/// A connection, for as long as it is needed. It is closed unless it is [settled](Link::settle).
pub(super) struct Link<'a> {
    links: &'a Links,
    /// Always there until it is settled.
    connection: Option<PgConnection>,
    _permit: SemaphorePermit<'a>,
}

impl Links {
    /// At most `connections_max` of them, opened when they are needed.
    pub(super) fn new(options: PgConnectOptions, connections_max: usize) -> Self {
        Self {
            options,
            permits: Semaphore::new(connections_max),
            state: Mutex::default(),
        }
    }

    /// How they are made.
    pub(super) fn options(&self) -> &PgConnectOptions {
        &self.options
    }

    /// A connection that answers.
    pub(super) async fn take(&self) -> Result<Link<'_>> {
        let Ok(Ok(permit)) = timeout(TAKE_MAX, self.permits.acquire()).await else {
            return Err(Error::Unavailable(
                "every connection to the database is busy".into(),
            ));
        };
        let connection = match self.alive().await {
            Some(connection) => connection,
            None => connect(&self.options).await?,
        };
        Ok(Link {
            links: self,
            connection: Some(connection),
            _permit: permit,
        })
    }

    /// One that is there and answers; those that do not are closed.
    async fn alive(&self) -> Option<PgConnection> {
        loop {
            let (mut idle, broken_at) = {
                let mut state = self.state();
                (state.idle.pop()?, state.broken_at)
            };
            let trusted = idle.used_at.elapsed() < IDLE_MAX
                && broken_at.is_none_or(|broken_at| broken_at < idle.used_at);
            if trusted || matches!(timeout(PING_MAX, idle.connection.ping()).await, Ok(Ok(()))) {
                return Some(idle.connection);
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Link<'_> {
    /// Hands on what came of the work, and keeps the connection unless the database failed on it.
    pub(super) fn settle<T>(mut self, result: Result<T>) -> Result<T> {
        let broken = matches!(result, Err(Error::Unavailable(_) | Error::Corrupt(_)));
        let mut state = self.links.state();
        if broken {
            state.broken_at = Some(Instant::now());
        } else if let Some(connection) = self.connection.take() {
            let used_at = Instant::now();
            state.idle.push(Idle {
                connection,
                used_at,
            });
        }
        drop(state);
        result
    }
}

impl Deref for Link<'_> {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        self.connection
            .as_ref()
            .expect("settling takes the link itself")
    }
}

impl DerefMut for Link<'_> {
    fn deref_mut(&mut self) -> &mut PgConnection {
        self.connection
            .as_mut()
            .expect("settling takes the link itself")
    }
}

/// A connection on which the promises of the store hold.
pub(super) async fn connect(options: &PgConnectOptions) -> Result<PgConnection> {
    let connected = async {
        let mut connection = options.connect().await?;
        sqlx::raw_sql(SESSION).execute(&mut connection).await?;
        Ok(connection)
    };
    match timeout(CONNECT_MAX, connected).await {
        Ok(connected) => connected.map_err(failed),
        Err(_) => Err(Error::Unavailable(
            "the database does not answer in time".into(),
        )),
    }
}

/// Work on a connection, with an end. Nobody knows what came of work that took too long.
pub(super) async fn within<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    timeout(WORK_MAX, work).await.unwrap_or_else(|_| {
        Err(Error::Unavailable(
            "the database did not answer in time; nobody knows what came of it".into(),
        ))
    })
}

/// Does work on one of the connections, and settles it.
macro_rules! on {
    ($links:expr, |$link:ident| $work:expr) => {{
        let mut taken = $links.take().await?;
        let done = {
            let $link: &mut sqlx::PgConnection = &mut taken;
            $crate::postgres::link::within($work).await
        };
        taken.settle(done)
    }};
}
pub(super) use on;
