//! The network between processes: requests and answers travel as messages of the world, take their
//! time, and may be lost on either way.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

use async_trait::async_trait;
use bytes::Bytes;
use steploom_api::port::{PeerAnswer, Peers};
use steploom_worker::{Peering, Received, Transport, Unreached};
use tokio::sync::oneshot;

use crate::fault::{Fate, Op};
use crate::gate::Gate;
use crate::lots::{Lots, digest};
use crate::world::World;

/// The longest that a message takes when nothing is wrong: most take a few milliseconds.
const LATE_MS_MAX: u64 = 400;

/// What comes back to who asked.
type Answered = Result<Received, Unreached>;

/// All that travels.
pub(crate) struct Network {
    lots: Lots,
    underway: BTreeMap<(u64, u64), Message>,
    number: u64,
    questions: u64,
    /// Until when two processes do not hear one another.
    apart: BTreeMap<(usize, usize), u64>,
    /// Questions that were lost: who asked waits until they wait no longer.
    lost: Vec<Return>,
}

/// Something that travels.
pub(crate) enum Message {
    Question(Question),
    Answer(Return, Answered),
}

/// A request from one process to another.
pub(crate) struct Question {
    pub(crate) to: usize,
    pub(crate) head: String,
    pub(crate) body: Bytes,
    pub(crate) back: Return,
}

/// The way back to who asked. Who was to answer and is gone leaves the connection broken.
pub(crate) struct Return {
    number: u64,
    world: Weak<World>,
    /// Who asked, and who answers.
    ways: (usize, usize),
    sender: Option<oneshot::Sender<Answered>>,
}

impl Network {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            lots: Lots::of(seed, "network"),
            underway: BTreeMap::new(),
            number: 0,
            questions: 0,
            apart: BTreeMap::new(),
            lost: Vec::new(),
        }
    }

    /// These do not hear one another until then.
    pub(crate) fn part(&mut self, one: usize, other: usize, until_ms: u64) {
        self.apart
            .insert((one.min(other), one.max(other)), until_ms);
    }

    /// Nothing is wrong from now on.
    pub(crate) fn join(&mut self) {
        self.apart.clear();
    }

    /// When the next message arrives.
    pub(crate) fn next_ms(&self) -> Option<u64> {
        let next = self.underway.first_key_value();
        next.map(|((at_ms, _), _)| *at_ms)
    }

    fn post(&mut self, now_ms: u64, message: Message) {
        let late = self.lots.percent(2);
        let delay_ms = self.lots.between(1, if late { LATE_MS_MAX } else { 4 });
        self.post_at(now_ms + delay_ms, message);
    }

    /// Who was to answer is gone.
    pub(crate) fn break_off(&mut self, now_ms: u64, back: Return) {
        self.post(now_ms, Message::Answer(back, Err(broken())));
    }

    /// A message arrives then.
    pub(crate) fn post_at(&mut self, at_ms: u64, message: Message) {
        self.number += 1;
        self.underway.insert((at_ms, self.number), message);
    }

    /// Takes a message that has arrived.
    pub(crate) fn take(&mut self, now_ms: u64) -> Option<Message> {
        self.lost.retain(|back| !back.is_forgotten());
        loop {
            let entry = self.underway.first_entry()?;
            if entry.key().0 > now_ms {
                return None;
            }
            let message = entry.remove();
            let back = match &message {
                Message::Question(question) => &question.back,
                Message::Answer(back, _) => back,
            };
            let (one, other) = back.ways;
            let pair = (one.min(other), one.max(other));
            if self.apart.get(&pair).is_none_or(|until| now_ms >= *until) {
                return Some(message);
            }
            self.lost.push(match message {
                Message::Question(question) => question.back,
                Message::Answer(back, _) => back,
            });
        }
    }
}

impl Return {
    /// Of the question.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Sends an answer on its way.
    fn answer(self, answered: Answered) {
        if let Some(world) = self.world.upgrade() {
            let mut inner = world.lock();
            let now_ms = inner.now_ms;
            inner.network.post(now_ms, Message::Answer(self, answered));
        }
    }

    /// The answer has arrived.
    pub(crate) fn arrive(mut self, answered: Answered) {
        if let Some(sender) = self.sender.take() {
            // Who asked may have given up.
            let _ = sender.send(answered);
        }
    }

    /// Nobody is there to be asked.
    pub(crate) fn refuse(self) {
        self.answer(Err(Unreached {
            maybe_done: false,
            why: "nobody listens".to_owned(),
        }));
    }

    /// Whether nobody waits for the answer any more.
    fn is_forgotten(&self) -> bool {
        self.sender.as_ref().is_none_or(oneshot::Sender::is_closed)
    }
}

impl Drop for Return {
    fn drop(&mut self) {
        let Some(sender) = self.sender.take().filter(|sender| !sender.is_closed()) else {
            return;
        };
        if let Some(world) = self.world.upgrade() {
            let orphan = Self {
                number: self.number,
                world: self.world.clone(),
                ways: self.ways,
                sender: Some(sender),
            };
            world.lock().orphans.questions.push(orphan);
        }
    }
}

impl Question {
    /// Answers it, in the process that was asked.
    pub(crate) async fn answer(self, peers: Arc<dyn Peers>) {
        let answer = match peers.admit(&self.head) {
            Ok(()) => peers.answer(&self.head, self.body).await,
            Err(refused) => Err(refused),
        };
        self.back.answer(match answer {
            Ok(PeerAnswer::Whole { body, seal }) => Ok(Received::Whole { body, seal }),
            Ok(PeerAnswer::Lines(_)) => Err(broken()),
            Err(refused) => Ok(Received::Refused(refused.to_string())),
        });
    }
}

fn broken() -> Unreached {
    Unreached {
        maybe_done: true,
        why: "the connection was reset".to_owned(),
    }
}

/// One process's way to the others.
pub(crate) struct Wire(Arc<Gate>);

/// How a process talks to the others.
pub(crate) fn peering(gate: &Arc<Gate>) -> Peering {
    Peering {
        address: gate.process.to_string(),
        secret: b"a secret of sixteen bytes or more".to_vec(),
        transport: Arc::new(Wire(gate.clone())),
    }
}

#[async_trait]
impl Transport for Wire {
    async fn send(&self, address: &str, head: &str, body: Bytes) -> Answered {
        let Self(gate) = self;
        gate.arrive().await;
        let (sender, answer) = oneshot::channel();
        let Ok(to) = address.parse() else {
            return Err(broken());
        };
        let (back, fate) = {
            let mut inner = gate.world.lock();
            inner.network.questions += 1;
            let back = Return {
                number: inner.network.questions,
                world: Arc::downgrade(&gate.world),
                ways: (gate.process, to),
                sender: Some(sender),
            };
            let fate = inner.judge(gate.process, Op::Ask).fate;
            let ways = [gate.process as u64, to as u64];
            inner.event("ask", &[ways[0], ways[1], digest(&body)]);
            let now_ms = inner.now_ms;
            inner.trace.say(now_ms, || {
                let call = head.split(' ').nth(1).unwrap_or_default();
                format!("{call} {}", String::from_utf8_lossy(&body))
            });
            (back, fate)
        };
        match fate {
            Fate::Well | Fate::Lost => {
                let question = Question {
                    to,
                    head: head.to_owned(),
                    body,
                    back,
                };
                let mut inner = gate.world.lock();
                let now_ms = inner.now_ms;
                inner.network.post(now_ms, Message::Question(question));
            }
            _ => back.refuse(),
        }
        let answered = answer.await.unwrap_or_else(|_| Err(broken()));
        gate.arrive().await;
        if fate == Fate::Lost {
            return Err(broken());
        }
        answered
    }
}
