//! Starting executions, one or many, each on the shard that its name or chance gives it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use steploom_api::wire;
use steploom_asl::Machine;
use steploom_types::{
    AccountId, Digest, Error, ExecutionId, Json, MachineName, Name, Result, ShardId, Slot, limits,
};
use tokio::sync::{mpsc, oneshot};

use super::Port;
use crate::shard::{self, Command, Reply, Start};

/// An execution to be started, its machine resolved.
pub(crate) struct NewExecution {
    pub(crate) machine: MachineName,
    pub(crate) machine_version: u32,
    pub(crate) definition: Digest,
    pub(crate) name: Option<Name>,
    pub(crate) input: Json,
}

/// A machine's version as a batch asks for it.
type Version = (Name, Option<u32>);

/// What a version means: its number, its definition's digest, and that definition checked.
type Resolved = Result<(u32, Digest, Arc<Machine>)>;

impl Port {
    /// What a start asks for.
    pub(super) async fn resolve(
        &self,
        account: AccountId,
        start: wire::StartExecution,
    ) -> Result<NewExecution> {
        let version = self
            .machine_version(account, &start.machine, start.version)
            .await?;
        Ok(NewExecution {
            machine: MachineName::Named(start.machine),
            machine_version: version.version,
            definition: version.definition,
            name: start.name,
            input: start.input,
        })
    }

    /// Starts an execution durably; whether it was started now or was there. `mark` are the last 64 bits
    /// of its id: any, if none.
    pub(crate) async fn start_execution(
        &self,
        account: AccountId,
        new: NewExecution,
        mark: Option<u64>,
    ) -> Result<(wire::Execution, bool)> {
        let checked = self.shared.definitions.get(new.definition).await?;
        let (reply, answer) = oneshot::channel();
        let (slot, start) = self.place(account, new, checked, mark, Reply::One(reply))?;
        self.shards
            .of_slot(slot)
            .try_send(Command::Start(Box::new(start)))?;
        let accepted = answer.await.map_err(|_| shard::moved())??;
        Ok(accepted.execution())
    }

    /// Starts executions durably: each shard is given its own at once, and makes one record of them.
    pub(super) async fn start_all(
        &self,
        account: AccountId,
        starts: Vec<wire::StartExecution>,
    ) -> Vec<Result<(wire::ExecutionSummary, bool)>> {
        let mut answers: Vec<_> = starts.iter().map(|_| Err(shard::moved())).collect();
        let mut versions: HashMap<Version, Resolved> = HashMap::new();
        let mut shards: BTreeMap<ShardId, (Slot, Vec<(usize, Start)>)> = BTreeMap::new();
        let (sender, mut replies) = mpsc::unbounded_channel();
        for (number, start) in starts.into_iter().enumerate() {
            let key = (start.machine.clone(), start.version);
            if !versions.contains_key(&key) {
                let resolved = self.resolve_version(account, &key).await;
                versions.insert(key.clone(), resolved);
            }
            let reply = Reply::Of(number, sender.clone());
            let placed = versions[&key]
                .clone()
                .and_then(|resolved| self.place_resolved(account, start, resolved, reply));
            match placed {
                Ok((slot, start)) => {
                    let shard = self.shards.of_slot(slot).shard;
                    let (_, starts) = shards.entry(shard).or_insert_with(|| (slot, Vec::new()));
                    starts.push((number, start));
                }
                Err(error) => answers[number] = Err(error),
            }
        }
        drop(sender);
        for (slot, starts) in shards.into_values() {
            let (numbers, starts): (Vec<_>, Vec<_>) = starts.into_iter().unzip();
            let sent = self.shards.of_slot(slot);
            if let Err(error) = sent.try_send(Command::StartAll(starts)) {
                for number in numbers {
                    answers[number] = Err(error.clone());
                }
            }
        }
        // The senders are with the shards: those that drop theirs have moved.
        while let Some((number, answer)) = replies.recv().await {
            answers[number] = answer.map(shard::Accepted::summary);
        }
        answers
    }

    async fn resolve_version(&self, account: AccountId, (name, version): &Version) -> Resolved {
        let version = self.machine_version(account, name, *version).await?;
        let checked = self.shared.definitions.get(version.definition).await?;
        Ok((version.version, version.definition, checked))
    }

    fn place_resolved(
        &self,
        account: AccountId,
        start: wire::StartExecution,
        (machine_version, definition, checked): (u32, Digest, Arc<Machine>),
        reply: Reply,
    ) -> Result<(Slot, Start)> {
        let new = NewExecution {
            machine: MachineName::Named(start.machine),
            machine_version,
            definition,
            name: start.name,
            input: start.input,
        };
        self.place(account, new, checked, None, reply)
    }

    /// Gives a start its slot and its id.
    fn place(
        &self,
        account: AccountId,
        new: NewExecution,
        checked: Arc<Machine>,
        mark: Option<u64>,
        reply: Reply,
    ) -> Result<(Slot, Start)> {
        ensure_input_fits(&new.input)?;
        let slot = match &new.name {
            Some(name) => Slot::of(account, &new.machine.to_string(), name.as_str()),
            None => self.shared.chance.slot(),
        };
        let id = ExecutionId::new(
            slot,
            self.shared.clock.now(),
            mark.unwrap_or_else(|| self.shared.chance.draw()),
        );
        let start = Start {
            account,
            id,
            name: new.name,
            machine: new.machine,
            machine_version: new.machine_version,
            definition: new.definition,
            checked,
            seed: self.shared.chance.draw(),
            input: new.input,
            range: None,
            reply,
        };
        Ok((slot, start))
    }
}

fn ensure_input_fits(input: &Json) -> Result<()> {
    if input.size() <= limits::PAYLOAD_BYTES_MAX {
        return Ok(());
    }
    Err(Error::invalid(
        "PayloadTooLarge",
        format!(
            "the input has {} bytes; at most {} are allowed",
            input.size(),
            limits::PAYLOAD_BYTES_MAX
        ),
    ))
}
