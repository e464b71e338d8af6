//! The faults that befall a simulation: what each does, in one table. A seed draws from some of them.

use steploom_store::lease::NodeId;
use steploom_types::ShardId;

use crate::fault::{Fate, Op};
use crate::lots::Lots;
use crate::runner;
use crate::simulation::{Event, Simulation};

/// A kind of fault.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    weight: u64,
    happens: Happens,
}

/// How it comes about.
enum Happens {
    /// To the next such call of the store.
    ToCall(Op, Fate),
    /// Now.
    Now(fn(&mut Simulation)),
}

const UNAVAILABLE: Fate = Fate::Fails("the store is unavailable");

const fn call(name: &'static str, weight: u64, op: Op, fate: Fate) -> Kind {
    let happens = Happens::ToCall(op, fate);
    Kind {
        name,
        weight,
        happens,
    }
}

const fn now(name: &'static str, weight: u64, happens: fn(&mut Simulation)) -> Kind {
    let happens = Happens::Now(happens);
    Kind {
        name,
        weight,
        happens,
    }
}

/// All kinds of faults that befall the store and the processes. What functions and clients do wrong is
/// part of the load.
pub(crate) const KINDS: &[Kind] = &[
    call("append-fails", 6, Op::Append, UNAVAILABLE),
    call("append-lost", 8, Op::Append, Fate::Lost),
    call("checkpoint-fails", 4, Op::Checkpoint, UNAVAILABLE),
    call("checkpoint-lost", 4, Op::Checkpoint, Fate::Lost),
    call("trim-fails", 2, Op::Trim, UNAVAILABLE),
    call("journal-misread", 2, Op::ReadJournal, Fate::Misread),
    call("read-fails", 3, Op::Read, UNAVAILABLE),
    call("catalog-fails", 3, Op::ReadCatalog, UNAVAILABLE),
    call("lease-fails", 3, Op::Lease, UNAVAILABLE),
    call("lease-lost", 3, Op::Lease, Fate::Lost),
    call("dies-before-append", 4, Op::Append, Fate::DiesBefore),
    call("dies-after-append", 4, Op::Append, Fate::DiesAfter),
    call(
        "dies-before-checkpoint",
        3,
        Op::Checkpoint,
        Fate::DiesBefore,
    ),
    call("dies-after-checkpoint", 3, Op::Checkpoint, Fate::DiesAfter),
    call("dies-after-trim", 2, Op::Trim, Fate::DiesAfter),
    call("dies-at-read", 2, Op::Read, Fate::DiesBefore),
    call("dies-at-recovery", 2, Op::ReadJournal, Fate::DiesAfter),
    call("dies-after-lease", 2, Op::Lease, Fate::DiesAfter),
    call("ask-fails", 4, Op::Ask, UNAVAILABLE),
    call("answer-lost", 8, Op::Ask, Fate::Lost),
    now("apart", 4, apart),
    now("crash", 8, crash),
    now("crash-twice", 3, crash_twice),
    now("power-loss", 3, power_loss),
    now("restart", 4, restart),
    now("freeze", 4, freeze),
    now("freeze-past-lease", 5, freeze_past_lease),
    now("cut-off", 4, cut_off),
    now("cut-off-past-lease", 4, cut_off_past_lease),
    now("disk-full", 4, disk_full),
    now("stall", 4, stall),
    now("stale-epoch", 5, stale_epoch),
    now("clock-ahead", 2, clock_ahead),
    now("clock-a-day-ahead", 1, clock_a_day_ahead),
    now("module-missing", 2, module_missing),
    now("module-truncated", 2, module_truncated),
    now("module-flipped", 2, module_flipped),
];

/// The kinds that befall one seed: each as likely in as out, and never none.
pub(crate) fn drawn(lots: &mut Lots) -> Vec<&'static Kind> {
    let mut kinds: Vec<_> = KINDS.iter().filter(|_| lots.percent(50)).collect();
    if kinds.is_empty() {
        kinds.push(lots.pick(KINDS));
    }
    kinds
}

/// One of these kinds, by its weight.
pub(crate) fn pick(lots: &mut Lots, kinds: &[&'static Kind]) -> &'static Kind {
    let all: u64 = kinds.iter().map(|kind| kind.weight).sum();
    let mut lot = lots.below(all);
    for kind in kinds {
        if lot < kind.weight {
            return kind;
        }
        lot -= kind.weight;
    }
    kinds[0]
}

/// A fault happens.
pub(crate) fn befall(simulation: &mut Simulation, kind: &Kind) {
    simulation.excite();
    let mut inner = simulation.world.lock();
    let now_ms = inner.now_ms;
    inner.trace.say(now_ms, || format!("fault: {}", kind.name));
    match kind.happens {
        // It counts once there was such a call.
        Happens::ToCall(op, fate) => inner.faults.wait_for(kind.name, op, fate),
        Happens::Now(happens) => {
            inner.faults.count(kind.name);
            drop(inner);
            happens(simulation);
        }
    }
}

/// Milliseconds after which a supervisor starts a process again that died.
pub(crate) fn restart_delay(lots: &mut Lots) -> u64 {
    *lots.pick(&[50, 500, 3_000, 12_000])
}

fn crash(simulation: &mut Simulation) {
    let process = simulation.any_process();
    simulation.crash(process);
}

/// Again while it recovers.
fn crash_twice(simulation: &mut Simulation) {
    let process = simulation.any_process();
    simulation.crash(process);
    let again = simulation.now_ms + simulation.lots.between(60, 700);
    simulation.later(again, Event::Crash(process));
}

/// All processes at once: what is not on the disk is gone.
fn power_loss(simulation: &mut Simulation) {
    for process in 0..simulation.processes.len() {
        simulation.crash(process);
    }
}

fn restart(simulation: &mut Simulation) {
    let process = simulation.any_process();
    simulation.processes[process].stop();
}

fn freeze(simulation: &mut Simulation) {
    freeze_for(simulation, 50, 2_000);
}

fn freeze_past_lease(simulation: &mut Simulation) {
    freeze_for(simulation, 6_000, 60_000);
}

fn freeze_for(simulation: &mut Simulation, first_ms: u64, last_ms: u64) {
    let until_ms = simulation.now_ms + simulation.lots.between(first_ms, last_ms);
    let process = simulation.any_process();
    simulation.processes[process].freeze(until_ms);
}

fn cut_off(simulation: &mut Simulation) {
    cut_off_for(simulation, 50, 3_000);
}

fn cut_off_past_lease(simulation: &mut Simulation) {
    cut_off_for(simulation, 6_000, 40_000);
}

fn cut_off_for(simulation: &mut Simulation, first_ms: u64, last_ms: u64) {
    let until_ms = simulation.now_ms + simulation.lots.between(first_ms, last_ms);
    let process = simulation.any_process();
    simulation.world.lock().faults.cut(process, until_ms);
}

/// Two processes do not hear one another; both reach the store.
fn apart(simulation: &mut Simulation) {
    let until_ms = simulation.now_ms + simulation.lots.between(1_000, 40_000);
    let (one, other) = (simulation.any_process(), simulation.any_process());
    let mut inner = simulation.world.lock();
    inner.network.part(one, other, until_ms);
}

fn disk_full(simulation: &mut Simulation) {
    let until_ms = simulation.now_ms + simulation.lots.between(500, 30_000);
    simulation.world.lock().faults.fill_disk(until_ms);
}

fn stall(simulation: &mut Simulation) {
    let until_ms = simulation.now_ms + simulation.lots.between(1_000, 20_000);
    simulation.world.lock().faults.slow(until_ms);
}

/// Somebody takes a shard's lease, writes nothing, and is gone: the owner's epoch is stale.
fn stale_epoch(simulation: &mut Simulation) {
    let shard = ShardId(simulation.lots.below(u64::from(simulation.shards)) as u16);
    let leases = simulation.host.store.leases.clone();
    let owner = NodeId(format!("node-{}", simulation.any_process()));
    // Taking it in the owner's name needs no lease to run out.
    simulation.outside(async move {
        if let Ok(Some(lease)) = leases.acquire(shard, &owner).await {
            leases.release(shard, lease.epoch).await?;
        }
        Ok::<_, steploom_store::Error>(())
    });
}

fn clock_ahead(simulation: &mut Simulation) {
    let ms = simulation.lots.between(1_000, 600_000) as i64;
    simulation.world.jumps.jump(ms);
}

fn clock_a_day_ahead(simulation: &mut Simulation) {
    simulation.world.jumps.jump(24 * 3_600 * 1_000);
}

fn module_missing(simulation: &mut Simulation) {
    damage(simulation, None);
}

fn module_truncated(simulation: &mut Simulation) {
    damage(
        simulation,
        Some(|module| module[..module.len() / 2].to_vec()),
    );
}

fn module_flipped(simulation: &mut Simulation) {
    damage(
        simulation,
        Some(|module| {
            let mut flipped = module.to_vec();
            flipped[0] ^= 1;
            flipped
        }),
    );
}

/// What is left of a module's bytes.
type Damage = fn(&[u8]) -> Vec<u8>;

/// Damages the module of some function; an operator puts it right a little later.
fn damage(simulation: &mut Simulation, damage: Option<Damage>) {
    let functions: Vec<_> = runner::functions().collect();
    let function = *simulation.lots.pick(&functions);
    let module = runner::module(function);
    let artifacts = simulation.host.artifacts.clone();
    let hex = steploom_types::Digest::of(&module).to_string();
    let key = format!("modules/{}/{hex}.wasm", &hex[..2]);
    simulation.outside(async move {
        match damage {
            Some(damage) => artifacts.put(&key, damage(&module).into()).await,
            None => artifacts.delete(&key).await.map(drop),
        }
    });
    let healed_ms = simulation.now_ms + simulation.lots.between(1_000, 60_000);
    simulation.later(healed_ms, Event::Heal(function));
}
