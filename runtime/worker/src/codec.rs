//! How facts are written: protocol-buffer messages, because their numbered fields let a later
//! release add to a fact and still read what any release wrote.
//!
//! A *fact text* is one message. A *record*, what one commit adds to a shard's log, is a sequence of
//! (execution id, fact). A *chunk*, what a checkpoint keeps of one execution, is a sequence of facts.
//! The text of a large payload is not in its fact, which names its object: [`crate::payload`].
//! Numbers of fields are for ever; the golden files beside the tests hold them still.

use std::sync::Arc;

use bytes::{Buf, Bytes, BytesMut};
use prost::Message;
use steploom_machine::{
    ActionId, Claim, Fact, Failure, MapRunChange, NewVersion, Outcome, PartialFailure, Places,
    Range, Redriven, RunLimits, Started, Terms,
};
use steploom_types::{AccountId, Digest, ExecutionId, Json, Timestamp};

use crate::payload::{Kept, Reference};

mod message;

use message::{Kind, fact_message};

/// Stored bytes that are no fact of this or an earlier release.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("not a fact: {0}")]
    Message(#[from] prost::DecodeError),
    #[error("a fact of a kind that this release does not know; a newer release wrote it")]
    UnknownKind,
    #[error("a fact's {0} is not what it must be")]
    Field(&'static str),
    #[error("the bytes end within a fact")]
    Torn,
}

/// Writes one fact; of its payloads those that are `kept` are named only.
pub(crate) fn encode(fact: &Fact, kept: &Kept) -> Bytes {
    fact_message(fact, kept).encode_to_vec().into()
}

/// Where payloads are found that a fact only names.
pub(crate) type Payloads<'a> = &'a dyn Fn(Reference) -> Option<Json>;

/// A fact that was read, and may name payloads that are objects.
pub(crate) struct Read(message::Fact);

/// Reads one fact.
pub(crate) fn read(bytes: &[u8]) -> Result<Read, Error> {
    Ok(Read(message::Fact::decode(bytes)?))
}

/// Reads one fact that names no payloads.
pub(crate) fn decode(bytes: &[u8]) -> Result<Fact, Error> {
    read(bytes)?.fact(&|_| None)
}

/// Reads one fact, with `null` in the place of payloads that it names.
pub(crate) fn glance(bytes: &[u8]) -> Result<Fact, Error> {
    read(bytes)?.fact(&|_| Some(Json::null()))
}

impl Read {
    /// The payloads that it names.
    pub(crate) fn references(&self) -> impl Iterator<Item = Reference> {
        let kind = self.0.kind.as_ref();
        let texts = kind.map_or([None, None], message::payloads);
        texts.into_iter().flatten().filter_map(Reference::parse)
    }

    /// The first of its payloads, as it is written.
    pub(crate) fn payload(&self) -> Option<&str> {
        message::payloads(self.0.kind.as_ref()?)[0]
    }

    /// The fact.
    pub(crate) fn fact(self, payloads: Payloads<'_>) -> Result<Fact, Error> {
        of_message(self.0, payloads)
    }
}

fn of_message(message: message::Fact, payloads: Payloads<'_>) -> Result<Fact, Error> {
    let at = Timestamp::from_millis(message.at);
    let json = |text: &str, field| payload(text, field, payloads);
    Ok(match message.kind.ok_or(Error::UnknownKind)? {
        Kind::Started(started) => Fact::Started(Arc::new(decode_started(at, &started, payloads)?)),
        Kind::TaskSucceeded(m) => Fact::TaskSucceeded {
            at,
            action: ActionId(m.action),
            output: json(&m.output, "output")?,
            version: m.version,
        },
        Kind::TaskFailed(m) => Fact::TaskFailed {
            at,
            action: ActionId(m.action),
            failure: Failure {
                error: m.error,
                cause: m.cause,
            },
            version: m.version,
        },
        Kind::TimerFired(m) => Fact::TimerFired {
            at,
            action: ActionId(m.action),
        },
        Kind::StopRequested(m) => Fact::StopRequested {
            at,
            failure: PartialFailure {
                error: m.error,
                cause: m.cause,
            },
        },
        Kind::Continued(message::Continued {}) => Fact::Continued { at },
        Kind::Dispatched(m) => Fact::Dispatched {
            at,
            action: ActionId(m.action),
        },
        Kind::Paused(message::Paused {}) => Fact::Paused { at },
        Kind::Resumed(message::Resumed {}) => Fact::Resumed { at },
        Kind::Redriven(m) => Fact::Redriven(Box::new(decode_redriven(at, &m, payloads)?)),
        Kind::Begun(message::Begun {}) => Fact::Begun { at },
        Kind::Expired(message::Expired {}) => Fact::Expired { at },
        Kind::TaskSubmitted(m) => Fact::TaskSubmitted {
            at,
            action: ActionId(m.action),
            output: json(&m.output, "output")?,
        },
        Kind::TaskHeartbeat(m) => Fact::TaskHeartbeat {
            at,
            action: ActionId(m.action),
        },
        Kind::ActivityStarted(m) => Fact::ActivityStarted {
            at,
            action: ActionId(m.action),
            worker: m.worker,
        },
        Kind::ItemsRead(m) => Fact::ItemsRead {
            at,
            action: ActionId(m.action),
            items: json(&m.items, "items")?,
            is_last: m.is_last,
        },
        Kind::PageRead(m) => Fact::PageRead {
            at,
            action: ActionId(m.action),
            etag: m.etag,
            offset: m.offset,
            digest: digest(&m.digest, "digest")?,
            count: m.count,
            is_last: m.is_last,
        },
        Kind::RangeReported(m) => Fact::RangeReported {
            at,
            action: ActionId(m.action),
            failed: m.failed,
        },
        Kind::MapRunChanged(m) => Fact::MapRunChanged {
            at,
            map_run: m.map_run,
            change: MapRunChange {
                version: m.version,
                window: m.window,
                tolerated_count: m.tolerated_count,
                tolerated_percentage: m.tolerated_percentage,
                is_stopped: m.is_stopped,
            },
        },
        Kind::Ended(m) => Fact::Ended {
            at,
            outcome: decode_outcome(m, payloads)?,
        },
        Kind::EvaluationExceeded(m) => Fact::EvaluationExceeded {
            at,
            evaluation: m.evaluation,
        },
    })
}

/// What recovery wants to know of a fact before anything is folded.
pub(crate) enum Peek {
    Started(Box<Started>),
    Other,
}

/// Reads whether a fact is of a kind that this release knows, and one that says what started.
pub(crate) fn peek(bytes: &[u8]) -> Result<Peek, Error> {
    let message = message::Fact::decode(bytes)?;
    let at = Timestamp::from_millis(message.at);
    match message.kind.ok_or(Error::UnknownKind)? {
        Kind::Started(started) => {
            let started = decode_started(at, &started, &|_| Some(Json::null()))?;
            Ok(Peek::Started(Box::new(started)))
        }
        _ => Ok(Peek::Other),
    }
}

/// The evaluation that a fact says took too long, if it is such a fact. Reads nothing else of it.
pub(crate) fn exceeded(bytes: &[u8]) -> Result<Option<u64>, Error> {
    let message = message::Excess::decode(bytes)?;
    Ok(message.exceeded.map(|exceeded| exceeded.evaluation))
}

fn decode_redriven(
    at: Timestamp,
    m: &message::Redriven,
    payloads: Payloads<'_>,
) -> Result<Redriven, Error> {
    let definition = m.definition.as_deref();
    let definition = definition
        .map(|bytes| digest(bytes, "definition"))
        .transpose()?;
    let json = |text: &Option<String>, field| match text {
        Some(text) => payload(text, field, payloads).map(Some),
        None => Ok(None),
    };
    Ok(Redriven {
        at,
        version: definition.map(|definition| NewVersion {
            definition,
            number: m.version,
        }),
        input: json(&m.input, "input")?,
        skip: json(&m.skip, "skip")?,
        client_token: m.client_token.clone(),
    })
}

fn decode_outcome(m: message::Ended, payloads: Payloads<'_>) -> Result<Outcome, Error> {
    let failure = PartialFailure {
        error: m.error,
        cause: m.cause,
    };
    Ok(match m.status {
        1 => {
            let output = m.output.ok_or(Error::Field("output"))?;
            Outcome::Succeeded(payload(&output, "output", payloads)?)
        }
        2 => Outcome::Failed(failure),
        3 => Outcome::TimedOut,
        4 => Outcome::Aborted(failure),
        5 => Outcome::Expired,
        _ => return Err(Error::Field("status")),
    })
}

fn payload(text: &str, field: &'static str, payloads: Payloads<'_>) -> Result<Json, Error> {
    match Reference::parse(text) {
        Some(reference) => payloads(reference).ok_or(Error::Field(field)),
        None => Json::parse(text).map_err(|_| Error::Field(field)),
    }
}

fn decode_started(
    at: Timestamp,
    m: &message::Started,
    payloads: Payloads<'_>,
) -> Result<Started, Error> {
    let limits = m.limits.ok_or(Error::Field("limits"))?;
    Ok(Started {
        at,
        account: AccountId::from_u64(m.account).ok_or(Error::Field("account"))?,
        id: ExecutionId::from_bytes(m.id.as_ref().try_into().map_err(|_| Error::Field("id"))?),
        name: m.name.parse().map_err(|_| Error::Field("name"))?,
        machine: m.machine.parse().map_err(|_| Error::Field("machine"))?,
        machine_version: m.machine_version,
        is_express: m.is_express,
        definition: digest(&m.definition, "definition")?,
        semantics: m.semantics,
        seed: m.seed,
        limits: RunLimits {
            payload_bytes_max: limits.payload_bytes_max,
            transitions_per_fact_max: limits.transitions_per_fact_max,
            map_concurrency_default: limits.map_concurrency_default,
            evaluation_ms_max: limits
                .evaluation_ms_max
                .unwrap_or(steploom_types::limits::expression::EVALUATION_MS_MAX),
            execution_seconds_max: limits.execution_seconds_max,
            range_items: limits.range_items,
        },
        input: payload(&m.input, "input", payloads)?,
        terms: decode_terms(m.terms.as_ref())?,
        role: m.role.clone(),
        range: m.range.as_ref().map(decode_range).transpose()?,
    })
}

fn decode_terms(m: Option<&message::Terms>) -> Result<Option<Arc<Terms>>, Error> {
    let Some(m) = m else { return Ok(None) };
    let claim = |m: &message::Claim| Claim {
        key: m.key.clone(),
        limit: m.limit,
        order: m.order,
    };
    Ok(Some(Arc::new(Terms {
        tags: m.tags.clone(),
        priority: m
            .priority
            .try_into()
            .map_err(|_| Error::Field("priority"))?,
        start_before: m.start_before.map(Timestamp::from_millis),
        claims: m.claims.iter().map(claim).collect(),
    })))
}

fn decode_range(m: &message::Range) -> Result<Box<Range>, Error> {
    let parent = m.parent.as_ref().try_into();
    Ok(Box::new(Range {
        parent: ExecutionId::from_bytes(parent.map_err(|_| Error::Field("parent"))?),
        map_run: m.map_run,
        action: ActionId(m.action),
        offset: m.offset,
        count: m.count,
        page: digest(&m.page, "page")?,
        window: m.window,
        only: m.only.as_deref().map(Places::from_bytes),
    }))
}

fn digest(bytes: &[u8], field: &'static str) -> Result<Digest, Error> {
    let bytes = bytes.try_into().map_err(|_| Error::Field(field))?;
    Ok(Digest::from_bytes(bytes))
}

/// Adds an execution's fact, as written by [`encode`], to a record.
pub(crate) fn push_to_record(record: &mut BytesMut, id: ExecutionId, fact: &[u8]) {
    record.extend_from_slice(&id.to_bytes());
    push_to_chunk(record, fact);
}

/// Adds a fact, as written by [`encode`], to a chunk.
pub(crate) fn push_to_chunk(chunk: &mut BytesMut, fact: &[u8]) {
    prost::encode_length_delimiter(fact.len(), chunk)
        .unwrap_or_else(|_| unreachable!("a BytesMut grows"));
    chunk.extend_from_slice(fact);
}

/// Takes a record apart, without reading the facts themselves.
pub(crate) fn split_record(mut record: Bytes) -> Result<Vec<(ExecutionId, Bytes)>, Error> {
    let mut entries = Vec::new();
    while record.has_remaining() {
        let id = record
            .get(..16)
            .and_then(|id| id.try_into().ok())
            .ok_or(Error::Torn)?;
        record.advance(16);
        entries.push((ExecutionId::from_bytes(id), take_fact(&mut record)?));
    }
    Ok(entries)
}

/// Takes a chunk apart, without reading the facts themselves.
pub(crate) fn split_chunk(mut chunk: Bytes) -> Result<Vec<Bytes>, Error> {
    let mut facts = Vec::new();
    while chunk.has_remaining() {
        facts.push(take_fact(&mut chunk)?);
    }
    Ok(facts)
}

/// The first fact of a chunk, not read itself.
pub(crate) fn first_of_chunk(mut chunk: Bytes) -> Result<Option<Bytes>, Error> {
    let first = chunk.has_remaining().then(|| take_fact(&mut chunk));
    first.transpose()
}

fn take_fact(bytes: &mut Bytes) -> Result<Bytes, Error> {
    let length = prost::decode_length_delimiter(&mut *bytes)?;
    if length > bytes.remaining() {
        return Err(Error::Torn);
    }
    Ok(bytes.split_to(length))
}

#[cfg(test)]
mod tests;
