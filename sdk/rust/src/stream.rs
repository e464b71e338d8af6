//! A stream of events that comes back when the line breaks.
//!
//! The server ends a stream with an event `end`; a stream that just stops has been cut (a network, a
//! restart), and is taken up again after the last event that was seen.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures::StreamExt;
use futures::stream::{self, BoxStream};
use reqwest::Response;
use reqwest::header::ACCEPT;
use serde::de::DeserializeOwned;
use steploom_api::wire::Problem;
use tokio::time::{Instant, timeout};

use crate::call::{self, Refused};
use crate::sse::{Event, Parser};
use crate::{Client, Error, Result, retry};

/// How long a line may be silent: four heartbeats of the server.
const SILENCE_MAX: Duration = Duration::from_mins(1);

/// A line that lasted for so long was a good one: failures count anew, however few items it gave.
const LASTING: Duration = Duration::from_secs(30);

/// Items as they come. It ends after the last one, or after an error.
pub struct Stream<T> {
    items: BoxStream<'static, Result<T>>,
}

impl<T> std::fmt::Debug for Stream<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stream").finish_non_exhaustive()
    }
}

impl<T> futures::Stream for Stream<T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        self.items.poll_next_unpin(cx)
    }
}

impl<T: DeserializeOwned + Send + 'static> Stream<T> {
    /// The stream at `path`. With `after` its items have ids, and it begins after that one.
    pub(crate) fn open(client: &Client, path: String, after: Option<u64>) -> Self {
        Self::of(Reader::new(client, path, after))
    }

    /// The stream at `path` from now on: the server has begun to give it.
    pub(crate) async fn opened(client: &Client, path: String) -> Result<Self> {
        let mut reader = Reader::new(client, path, None);
        while reader.line.is_none() {
            match reader.connect().await {
                Ok(line) => reader.line = Some(line),
                Err(refused) => reader.again(refused).await?,
            }
        }
        Ok(Self::of(reader))
    }

    fn of(reader: Reader) -> Self {
        let items = stream::unfold(Some(reader), |reader| async move {
            let mut reader = reader?;
            match reader.next().await {
                Ok(None) => None,
                Ok(Some(item)) => Some((Ok(item), Some(reader))),
                Err(error) => Some((Err(error), None)),
            }
        });
        Self {
            items: items.boxed(),
        }
    }
}

struct Reader {
    client: Client,
    path: String,
    /// The last id seen, if items have ids.
    after: Option<u64>,
    line: Option<Line>,
    /// Failures since the last item, or the last line that [lasted](LASTING).
    failures: u32,
}

/// A connection that gives events.
struct Line {
    since: Instant,
    response: Response,
    parser: Parser,
}

impl Reader {
    fn new(client: &Client, path: String, after: Option<u64>) -> Self {
        Self {
            client: client.clone(),
            path,
            after,
            line: None,
            failures: 0,
        }
    }

    /// The next item; `None` after the last.
    async fn next<T: DeserializeOwned>(&mut self) -> Result<Option<T>> {
        loop {
            match self.event().await {
                Ok(event) if event.kind == "end" => return Ok(None),
                Ok(event) if event.kind == "error" => self.again(of_error(&event)?).await?,
                Ok(event) => return self.item(&event).map(Some),
                Err(refused) => self.again(refused).await?,
            }
        }
    }

    fn item<T: DeserializeOwned>(&mut self, event: &Event) -> Result<T> {
        let item = serde_json::from_str(&event.data).map_err(Error::protocol)?;
        if self.after.is_some() {
            self.after = Some(event.id.parse().map_err(|_| {
                let id = event.id.escape_debug();
                Error::protocol(format_args!("'{id}' is not an event's id"))
            })?);
        }
        self.failures = 0;
        Ok(item)
    }

    /// The next event of the line, which is made if there is none.
    async fn event(&mut self) -> Result<Event, Refused> {
        if self.line.is_none() {
            self.line = Some(self.connect().await?);
        }
        let Some(line) = &mut self.line else {
            return Err(self.broken("no line"));
        };
        loop {
            if let Some(event) = line.parser.pop() {
                return Ok(event);
            }
            let bytes = match timeout(SILENCE_MAX, line.response.chunk()).await {
                Ok(Ok(Some(bytes))) => bytes,
                Ok(Ok(None)) => return Err(self.broken("it was closed before the end")),
                Ok(Err(error)) => return Err(self.broken(&error.to_string())),
                Err(_) => return Err(self.broken("it fell silent")),
            };
            line.parser.push(&bytes).map_err(for_good)?;
        }
    }

    async fn connect(&self) -> Result<Line, Refused> {
        let url = format!("{}{}", self.client.endpoint, self.path);
        let mut request = self
            .client
            .http
            .get(url)
            .header(ACCEPT, "text/event-stream");
        if let Some(after) = self.after {
            request = request.header("last-event-id", after);
        }
        let response = match timeout(SILENCE_MAX, call::attempt(&self.client, request)).await {
            Ok(response) => response?,
            Err(_) => return Err(self.broken("nothing answered")),
        };
        Ok(Line {
            since: Instant::now(),
            response,
            parser: Parser::default(),
        })
    }

    fn broken(&self, why: &str) -> Refused {
        Refused {
            error: Error::Unreachable {
                endpoint: self.client.endpoint.to_string(),
                is_refused: false,
                why: why.to_owned(),
            },
            is_passing: true,
            retry_after: None,
        }
    }

    /// Gives the line up and pauses, if trying again may help.
    async fn again(&mut self, refused: Refused) -> Result<()> {
        let line = self.line.take();
        if line.is_some_and(|line| line.since.elapsed() >= LASTING) {
            self.failures = 0;
        }
        self.failures += 1;
        if !refused.is_passing || self.failures >= self.client.attempts_max {
            return Err(refused.error);
        }
        match retry::pause(self.failures, refused.retry_after) {
            Some(pause) => tokio::time::sleep(pause).await,
            None => return Err(refused.error),
        }
        Ok(())
    }
}

fn for_good(error: Error) -> Refused {
    Refused {
        error,
        is_passing: false,
        retry_after: None,
    }
}

/// The code of a stream that has lost lines: whoever reads it has to know.
const LOGS_MISSED: &str = "LogsMissed";

/// The problem that the server met on the way; it passes if its status says so, and nothing was lost.
fn of_error(event: &Event) -> Result<Refused> {
    let problem: Problem = serde_json::from_str(&event.data).map_err(Error::protocol)?;
    Ok(Refused {
        is_passing: matches!(problem.status, 429 | 503) && problem.code != LOGS_MISSED,
        error: Error::Problem(Box::new(problem)),
        retry_after: None,
    })
}
