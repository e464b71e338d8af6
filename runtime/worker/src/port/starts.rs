//! Starting executions, one or many, each on the shard that its name or chance gives it.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use futures::future::join_all;
use serde::{Deserialize, Serialize};
use steploom_api::wire::{self, ReleaseNumber};
use steploom_asl::Machine;
use steploom_machine::Terms;
use steploom_types::{
    AccountId, Digest, Error, ExecutionId, Json, MachineName, Name, Result, ShardId, Slot,
    Timestamp,
};
use tokio::sync::{mpsc, oneshot};

use super::{Port, sync, terms};
use crate::express;
use crate::mailbox::{Key, Tickets};
use crate::payload;
use crate::peer::call::{self, is_not_owner, not_owner};
use crate::peer::failure::Reply as PeerReply;
use crate::shard::{self, Command, Reply, Start};

/// An execution to be started, its machine resolved.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct NewExecution {
    pub(crate) machine: MachineName,
    pub(crate) machine_version: u32,
    pub(crate) definition: Digest,
    pub(crate) name: Option<Name>,
    pub(crate) input: Json,
    /// What else its caller asked for; without the limit of the machine.
    #[serde(default)]
    pub(crate) terms: Option<Terms>,
    /// The machine's role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) role: Option<String>,
    /// Whether it runs in memory, and only its start and its end are kept.
    #[serde(default)]
    pub(crate) is_express: bool,
}

/// How often the shards of a batch may split while it is started.
const SPLITS_MAX: usize = 4;

/// A machine's version as a batch asks for it.
type Version = (Name, Option<u32>);

/// What a start runs.
#[derive(Clone, Debug)]
pub(super) struct Resolved {
    pub(super) version: u32,
    pub(super) definition: Digest,
    /// The release, and the alias, by which it is started.
    pub(super) origin: Option<(ReleaseNumber, Option<Name>)>,
    /// The role of the machine, or of the release.
    pub(super) role: Option<String>,
    /// Whether the machine is of the type EXPRESS.
    pub(super) is_express: bool,
    /// What the machine wants logged of executions in memory.
    pub(super) logging: wire::Logging,
}

/// A start that has its id, and with that its shard.
pub(crate) type Placed = (NewExecution, ExecutionId);

/// What a batch answers for one start, and whether it was started now.
pub(crate) type Started = (wire::ExecutionSummary, bool);

impl Port {
    /// What a start asks for.
    pub(crate) async fn resolve(
        &self,
        account: AccountId,
        start: wire::StartExecution,
    ) -> Result<(NewExecution, Option<Tickets>)> {
        let resolved = self.what_of(account, &start).await?;
        let mut tickets = match key_in_order(account, &start) {
            Some(key) => Some(Tickets::take(&self.shared, key, 1).await?),
            None => None,
        };
        let order = tickets.as_mut().map(Tickets::next);
        let now = self.shared.clock.now();
        let new = new_execution(start, resolved, now, order)?;
        Ok((new, tickets))
    }

    /// Starts an execution durably; whether it was started now or was there. `mark` are the last 64 bits
    /// of its id: any, if none.
    pub(crate) async fn start_execution(
        &self,
        account: AccountId,
        new: NewExecution,
        mark: Option<u64>,
    ) -> Result<(wire::Execution, bool)> {
        let id = self.place(account, &new, mark)?;
        self.ask(call::start::Start { account, new, id }).await
    }

    /// Starts an execution whose slot is here.
    pub(crate) async fn start_here(
        &self,
        account: AccountId,
        new: NewExecution,
        id: ExecutionId,
    ) -> Result<(wire::Execution, bool)> {
        let checked = self.checked(&new).await?;
        let (reply, answer) = oneshot::channel();
        let start = self
            .command(account, (new, id), checked, Reply::One(reply))
            .await?;
        self.shards
            .of_slot(id.slot())?
            .try_send(Command::Start(Box::new(start)))?;
        let accepted = answer.await.map_err(|_| shard::moved())??;
        Ok(accepted.execution())
    }

    /// Starts executions durably: each shard is given its own at once, and makes one record of them.
    pub(super) async fn start_all(
        &self,
        account: AccountId,
        starts: Vec<wire::StartExecution>,
    ) -> Vec<Result<Started>> {
        let mut answers: Vec<_> = starts.iter().map(|_| Err(shard::moved())).collect();
        let mut versions: HashMap<Version, Result<Resolved>> = HashMap::new();
        let mut left = Vec::with_capacity(starts.len());
        let mut tickets = self.tickets(account, &starts).await;
        let mut places = Vec::new();
        for (number, start) in starts.into_iter().enumerate() {
            let ordered = key_in_order(account, &start);
            let order = match ordered.and_then(|key| Some((tickets.get_mut(&key)?, key))) {
                Some((Ok(tickets), key)) => {
                    let place = tickets.next();
                    places.push((number, key, place));
                    Some(place)
                }
                Some((Err(error), _)) => {
                    answers[number] = Err(error.clone());
                    continue;
                }
                None => None,
            };
            let key = (start.machine.clone(), start.version);
            let resolved = match versions.get(&key) {
                Some(known) if start.qualifier.is_none() => known.clone(),
                _ => {
                    let resolved = self.what_of(account, &start).await;
                    if start.qualifier.is_none() {
                        versions.insert(key, resolved.clone());
                    }
                    resolved
                }
            };
            let placed = resolved.and_then(|resolved| {
                let new = new_execution(start, resolved, self.shared.clock.now(), order)?;
                self.place(account, &new, None).map(|id| (new, id))
            });
            match placed {
                Ok(placed) => left.push((number, placed)),
                Err(error) => answers[number] = Err(error),
            }
        }
        for _ in 0..SPLITS_MAX {
            let spare = self.start_by_shard(account, left, &mut answers).await;
            if spare.is_empty() {
                break;
            }
            left = spare;
        }
        for (number, key, place) in places {
            if let (Ok((_, true)), Some(Ok(tickets))) = (&answers[number], tickets.get_mut(&key)) {
                tickets.accept(place);
            }
        }
        answers
    }

    /// For each key whose executions run in order, the places of those of a batch.
    async fn tickets(
        &self,
        account: AccountId,
        starts: &[wire::StartExecution],
    ) -> BTreeMap<Key, Result<Tickets>> {
        let mut counts: BTreeMap<Key, u64> = BTreeMap::new();
        for start in starts {
            if let Some(key) = key_in_order(account, start) {
                *counts.entry(key).or_default() += 1;
            }
        }
        let ask = counts.into_iter().map(|(key, count)| async move {
            let tickets = Tickets::take(&self.shared, key.clone(), count).await;
            (key, tickets)
        });
        join_all(ask).await.into_iter().collect()
    }

    /// Asks each shard's owner for what is its, and gives what turned out to be another's.
    async fn start_by_shard(
        &self,
        account: AccountId,
        starts: Vec<(usize, Placed)>,
        answers: &mut [Result<Started>],
    ) -> Vec<(usize, Placed)> {
        let mut shards: BTreeMap<Option<ShardId>, (Vec<usize>, Vec<Placed>)> = BTreeMap::new();
        for (number, placed) in starts {
            let shard = self.shards.shard_of(placed.1.slot());
            let (numbers, starts) = shards.entry(shard).or_default();
            numbers.push(number);
            starts.push(placed);
        }
        let asked = shards.into_values().map(|(numbers, starts)| async move {
            let call = call::start::StartAll { account, starts };
            let answered = self.ask_by_ref(&call).await;
            (numbers, call.starts, answered)
        });
        let mut spare = Vec::new();
        for (numbers, starts, answered) in join_all(asked).await {
            let of_each = match answered {
                Ok(of_each) => of_each.into_iter().map(PeerReply::result).collect(),
                Err(error) => vec![Err(error); numbers.len()],
            };
            for ((number, placed), answer) in numbers.into_iter().zip(starts).zip(of_each) {
                if answer.as_ref().is_err_and(is_not_owner) {
                    spare.push((number, placed));
                }
                answers[number] = answer;
            }
        }
        spare
    }

    /// Starts executions of one shard, which is here.
    ///
    /// # Errors
    /// When it is elsewhere: none of them was started.
    pub(crate) async fn start_all_here(
        &self,
        account: AccountId,
        starts: Vec<Placed>,
    ) -> Result<Vec<Result<Started>>> {
        let Some(slot) = starts.first().map(|(_, id)| id.slot()) else {
            return Ok(Vec::new());
        };
        let mut answers: Vec<_> = starts.iter().map(|_| Err(shard::moved())).collect();
        let mut definitions: HashMap<(Digest, bool), Result<Arc<Machine>>> = HashMap::new();
        let (sender, mut replies) = mpsc::unbounded_channel();
        let mut commands = Vec::with_capacity(starts.len());
        let shard = self.shards.of_slot(slot)?;
        for (number, placed) in starts.into_iter().enumerate() {
            let wanted = (placed.0.definition, placed.0.is_express);
            let checked = match definitions.entry(wanted) {
                Entry::Occupied(known) => known.get().clone(),
                Entry::Vacant(new) => {
                    let checked = self.checked(&placed.0).await;
                    new.insert(checked).clone()
                }
            };
            match checked {
                // The shard was split meanwhile.
                _ if self.shards.shard_of(placed.1.slot()) != Some(shard.shard) => {
                    answers[number] = Err(not_owner());
                }
                Ok(checked) => {
                    let reply = Reply::Of(number, sender.clone());
                    match self.command(account, placed, checked, reply).await {
                        Ok(command) => commands.push(command),
                        Err(error) => answers[number] = Err(error),
                    }
                }
                Err(error) => answers[number] = Err(error),
            }
        }
        drop(sender);
        shard.try_send(Command::StartAll(commands))?;
        // The senders are with the shard: those that it drops have moved.
        while let Some((number, answer)) = replies.recv().await {
            answers[number] = answer.map(shard::Accepted::summary);
        }
        // A shard that ends sends all of them away.
        if answers
            .iter()
            .all(|answer| answer.as_ref().is_err_and(is_not_owner))
        {
            return Err(not_owner());
        }
        Ok(answers)
    }

    /// What a start runs: the newest version, the one that it names, or that of a release or an alias.
    pub(super) async fn what_of(
        &self,
        account: AccountId,
        start: &wire::StartExecution,
    ) -> Result<Resolved> {
        let (name, version) = (&start.machine, start.version);
        let known = self.shared.registry.profile(account, name).await?;
        let known = known.ok_or_else(|| super::machine_not_found(name))?;
        let is_express = known.profile.settings.machine_type == wire::MachineType::Express;
        let logging = express::logging_of(&known.profile.settings);
        let Some(qualifier) = &start.qualifier else {
            let latest = &known.machine.latest;
            let (version, definition) = if version.is_some() {
                let found = self.machine_version(account, name, version).await?;
                (found.version, found.definition)
            } else {
                (latest.version, latest.definition)
            };
            return Ok(Resolved {
                version,
                definition,
                origin: None,
                role: known.profile.settings.role.clone(),
                is_express,
                logging,
            });
        };
        if version.is_some() {
            let message = "a start names a 'version' or a 'qualifier', not both";
            return Err(Error::invalid("InvalidQualifier", message));
        }
        let lot = self.shared.chance.draw();
        let (release, alias) = known.profile.resolve(name, qualifier, lot)?;
        let version = Some(release.version);
        let found = self.machine_version(account, name, version).await?;
        Ok(Resolved {
            version: found.version,
            definition: found.definition,
            origin: Some((release.number, alias)),
            role: release.settings.role.clone(),
            is_express,
            logging,
        })
    }

    /// Whether a machine is of the type EXPRESS; not if it is gone.
    pub(crate) async fn is_express(&self, account: AccountId, machine: &MachineName) -> bool {
        let MachineName::Named(name) = machine else {
            return false;
        };
        let known = self.shared.registry.profile(account, name).await;
        known
            .ok()
            .flatten()
            .is_some_and(|known| known.profile.settings.machine_type == wire::MachineType::Express)
    }

    /// Gives a start its slot and its id.
    fn place(
        &self,
        account: AccountId,
        new: &NewExecution,
        mark: Option<u64>,
    ) -> Result<ExecutionId> {
        shard::ensure_in_time(new.terms.as_ref(), self.shared.clock.now())?;
        let chance = &self.shared.chance;
        let slot = match &new.name {
            Some(name) => Slot::of(account, &new.machine.to_string(), name.as_str()),
            None => self.shards.own_slot(chance.draw()),
        };
        let lot = mark.unwrap_or_else(|| chance.draw());
        Ok(ExecutionId::new(slot, self.shared.clock.now(), lot))
    }

    /// The machine of a start.
    async fn checked(&self, new: &NewExecution) -> Result<Arc<Machine>> {
        if new.is_express {
            return self.express_machine(&new.machine, new.definition).await;
        }
        self.shared.definitions.get(new.definition).await
    }

    /// What a shard's owner is told; the input, if it is large, is an object then.
    async fn command(
        &self,
        account: AccountId,
        (mut new, id): Placed,
        checked: Arc<Machine>,
        reply: Reply,
    ) -> Result<Start> {
        ensure_input_fits(&new.input, self.shared.data_bytes_max(&checked) as usize)?;
        if payload::is_large(&new.input) {
            new.input = new.input.as_text();
        }
        let input = std::iter::once(&new.input);
        let kept = payload::keep(&self.shared.artifacts, id, input).await?;
        let terms = terms::with_machine(new.terms, &checked);
        let is_express = new.is_express;
        Ok(Start {
            account,
            id,
            name: new.name,
            machine: new.machine,
            machine_version: new.machine_version,
            definition: new.definition,
            checked,
            seed: self.shared.chance.draw(),
            input: new.input,
            kept,
            terms,
            role: new.role,
            is_express,
            range: None,
            reply,
        })
    }
}

/// What a start asks for, checked; `order` is its place among those of its key.
fn new_execution(
    mut start: wire::StartExecution,
    resolved: Resolved,
    now: Timestamp,
    order: Option<u64>,
) -> Result<NewExecution> {
    let is_express = resolved.is_express || start.express;
    if is_express {
        sync::ensure_begins_at_once(&start)?;
    }
    let terms = terms::of_start(&mut start, now, order, &resolved)?;
    Ok(NewExecution {
        machine: MachineName::Named(start.machine),
        machine_version: resolved.version,
        definition: resolved.definition,
        name: start.name,
        input: start.input,
        terms,
        role: resolved.role,
        is_express,
    })
}

/// The key of a start that runs in the order of its key.
fn key_in_order(account: AccountId, start: &wire::StartExecution) -> Option<Key> {
    let key = start.concurrency_key.clone().filter(|_| start.ordered)?;
    Some(Key {
        account,
        machine: MachineName::Named(start.machine.clone()),
        key: Some(key),
    })
}

pub(super) fn ensure_input_fits(input: &Json, bytes_max: usize) -> Result<()> {
    if input.size() <= bytes_max {
        return Ok(());
    }
    Err(Error::invalid(
        "InputTooLarge",
        format!(
            "the input has {} bytes; it may have {bytes_max} at the most",
            input.size()
        ),
    ))
}
