//! Schedules on a whole node: what fires, what waits, what passes, and what a crash leaves.

use serde_json::{Value, json};
use steploom_api::port::ListKeys;
use steploom_api::port::PutSchedule;
use steploom_api::wire::{self, ExecutionStatus as Status, FunctionSettings, ScheduleDefinition};
use steploom_types::{AccountId, Json, Name, Timestamp};
use steploom_worker::Clock as _;

use crate::node::Node;
use crate::{PASS, WAIT};

const LOCAL: AccountId = AccountId::LOCAL;
const MINUTE_MS: i64 = 60_000;

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn of_machine(expression: &str, machine: &str) -> ScheduleDefinition {
    let target = wire::ScheduleTarget {
        machine: Some(name(machine)),
        ..wire::ScheduleTarget::default()
    };
    ScheduleDefinition::new(expression, target)
}

async fn put(node: &Node, called: &str, definition: ScheduleDefinition) -> wire::Schedule {
    let id = (&name("default"), &name(called));
    let schedules = node.ports().schedules;
    let put = schedules
        .put(LOCAL, id, definition, PutSchedule::Upsert)
        .await;
    put.unwrap().0
}

async fn progress(node: &Node, called: &str) -> wire::ScheduleProgress {
    let id = (&name("default"), &name(called));
    let found = node.ports().schedules.get(LOCAL, id).await.unwrap();
    found.progress
}

async fn until(node: &Node, called: &str, condition: impl Fn(&wire::ScheduleProgress) -> bool) {
    node.until(|| async { condition(&progress(node, called).await) })
        .await;
}

/// Goes to the next full minute and stays there until the schedule has seen it.
async fn minute(node: &Node, called: &str) {
    let now = node.clock.now().as_millis();
    let next = (now / MINUTE_MS + 1) * MINUTE_MS;
    node.clock.advance_ms(next - now);
    let next = Timestamp::from_millis(next);
    until(node, called, |progress| progress.next_at > Some(next)).await;
}

async fn inputs(node: &Node, machine: &str) -> Vec<Value> {
    let mut inputs = Vec::new();
    for id in node.listed_ids(machine).await {
        inputs.push(node.get(id).await.input.into_value());
    }
    inputs
}

#[tokio::test]
async fn each_due_time_starts_one_execution() {
    let mut node = Node::start().await;
    node.machine("pass", PASS).await;
    let mut definition = of_machine("* * * * *", "pass");
    definition.target.input = Json::parse(
        r#"{"n": 1, "at": "<aws.scheduler.scheduled-time>", "of": "<aws.scheduler.schedule-arn>"}"#,
    )
    .unwrap();
    put(&node, "tick", definition).await;
    minute(&node, "tick").await;
    minute(&node, "tick").await;
    // Another takes over: what was fired is not fired again, what is due is.
    node.crash_and_restart().await;
    minute(&node, "tick").await;
    let seen = progress(&node, "tick").await;
    assert_eq!((seen.fired, seen.missed, seen.failed), (3, 0, 0));
    node.listed("pass", Status::Succeeded, 3).await;
    let mut due: Vec<Value> = inputs(&node, "pass").await;
    due.sort_by_key(|input| input["at"].to_string());
    let due: Vec<&Value> = due.iter().map(|input| &input["at"]).collect();
    assert_eq!(
        due,
        [
            "2023-11-14T22:14:00Z",
            "2023-11-14T22:15:00Z",
            "2023-11-14T22:16:00Z"
        ]
    );
    let last = seen.last.unwrap();
    assert!(
        last.name.as_str().starts_with("tick-20231114T221600Z-"),
        "{}",
        last.name
    );
    let execution = node.get(last.execution).await;
    assert_eq!(
        execution.input.value()["of"],
        "arn:aws:scheduler:us-east-1:000000000000:schedule/default/tick"
    );
}

#[tokio::test]
async fn a_due_time_that_was_started_before_a_crash_is_found() {
    let node = Node::start().await;
    node.machine("wait", WAIT).await;
    put(&node, "tick", of_machine("* * * * *", "wait")).await;
    minute(&node, "tick").await;
    // As if the crash came before it was written that this was started.
    let store = node.store().store().schedules;
    let row = store.find(LOCAL, &name("default"), &name("tick")).await;
    let mut row = row.unwrap().unwrap();
    let mut state: Value = serde_json::from_str(&row.state).unwrap();
    let before = node.clock.now().as_millis() - MINUTE_MS;
    state["cursor"]["decided_to"] = json!(Timestamp::from_millis(before));
    row.state = state.to_string();
    row.due_at = Some(node.clock.now());
    assert_eq!(store.advance(&[row]).await.unwrap(), [true]);
    until(&node, "tick", |progress| progress.fired == 2).await;
    node.listed("wait", Status::Running, 1).await;
    assert_eq!(node.listed_ids("wait").await.len(), 1);
}

#[tokio::test]
async fn what_is_beyond_the_catch_up_window_is_missed() {
    let mut node = Node::start().await;
    node.machine("pass", PASS).await;
    let mut definition = of_machine("0 * * * *", "pass");
    definition.catch_up_seconds = 9_000;
    definition.target.input = Json::parse(r#"{"n": 1}"#).unwrap();
    put(&node, "tick", definition).await;
    node.stop_worker().await;
    // 22:13:20 and ten hours.
    node.clock.advance_ms(600 * MINUTE_MS);
    node.start_again().await;
    // A start that is refused while the node begins is tried again a second later.
    node.until(|| async {
        node.clock.advance_ms(20);
        progress(&node, "tick").await.fired == 3
    })
    .await;
    // 23:00 to 5:00 are gone, 6:00 to 8:00 are not.
    assert_eq!(progress(&node, "tick").await.missed, 7);
    node.listed("pass", Status::Succeeded, 3).await;
}

#[tokio::test]
async fn skip_lets_due_times_pass_while_one_runs() {
    let node = Node::start().await;
    node.machine("wait", WAIT).await;
    let mut definition = of_machine("* * * * *", "wait");
    definition.overlap = wire::OverlapPolicy::Skip;
    put(&node, "tick", definition).await;
    minute(&node, "tick").await;
    minute(&node, "tick").await;
    let seen = progress(&node, "tick").await;
    assert_eq!((seen.fired, seen.skipped, seen.running.len()), (1, 1, 1));
    node.stop(seen.running[0]).await;
    minute(&node, "tick").await;
    assert_eq!(progress(&node, "tick").await.fired, 2);
}

#[tokio::test]
async fn buffered_due_times_start_when_what_runs_has_ended() {
    let node = Node::start().await;
    node.machine("wait", WAIT).await;
    for (called, overlap, waiting, skipped) in [
        ("one", wire::OverlapPolicy::BufferOne, 1, 1),
        ("all", wire::OverlapPolicy::BufferAll, 2, 0),
    ] {
        let mut definition = of_machine("* * * * *", "wait");
        definition.overlap = overlap;
        put(&node, called, definition).await;
        for _ in 0..3 {
            minute(&node, called).await;
        }
        let seen = progress(&node, called).await;
        assert_eq!(
            (seen.fired, seen.buffered.len(), seen.skipped),
            (1, waiting, skipped)
        );
        // Nobody moves the clock: the end itself is heard.
        node.stop(seen.running[0]).await;
        until(&node, called, |progress| progress.fired == 2).await;
        let next = progress(&node, called).await;
        assert_eq!(next.buffered.len(), waiting - 1);
        assert_ne!(next.running, seen.running);
        assert_eq!(next.last.unwrap().due_at, seen.buffered[0]);
    }
}

#[tokio::test]
async fn what_runs_is_stopped_for_the_next() {
    let node = Node::start().await;
    node.machine("wait", WAIT).await;
    for (called, overlap, error) in [
        (
            "cancel",
            wire::OverlapPolicy::CancelOther,
            "Schedule.Cancelled",
        ),
        (
            "terminate",
            wire::OverlapPolicy::TerminateOther,
            "Schedule.Terminated",
        ),
    ] {
        let mut definition = of_machine("* * * * *", "wait");
        definition.overlap = overlap;
        put(&node, called, definition).await;
        minute(&node, called).await;
        let first = progress(&node, called).await.running[0];
        minute(&node, called).await;
        let stopped = node.get(first).await;
        assert_eq!(stopped.summary.status, Status::Aborted);
        assert_eq!(stopped.error.as_deref(), Some(error));
        let second = progress(&node, called).await.running[0];
        assert_ne!(first, second);
        assert!(node.get(second).await.summary.status.is_open());
    }
}

#[tokio::test]
async fn a_paused_schedule_lets_its_times_pass_and_a_range_fills_them() {
    let node = Node::start().await;
    node.machine("pass", PASS).await;
    let mut definition = of_machine("* * * * *", "pass");
    definition.target.input = Json::parse(r#"{"n": 1}"#).unwrap();
    put(&node, "tick", definition).await;
    minute(&node, "tick").await;
    let (group, tick) = (name("default"), name("tick"));
    let id = (&group, &tick);
    let schedules = node.ports().schedules;
    let paused = wire::ScheduleState::Disabled;
    let seen = schedules.set_state(LOCAL, id, paused).await.unwrap();
    assert_eq!(seen.progress.next_at, None);
    node.clock.advance_ms(3 * MINUTE_MS);
    let resumed = wire::ScheduleState::Enabled;
    schedules.set_state(LOCAL, id, resumed).await.unwrap();
    minute(&node, "tick").await;
    assert_eq!(progress(&node, "tick").await.fired, 2);
    // 22:14 was fired, 22:15 to 22:17 passed, 22:18 was fired.
    let backfill = wire::Backfill {
        from: "2023-11-14T22:14:00Z".parse().unwrap(),
        to: "2023-11-14T22:18:00Z".parse().unwrap(),
        overlap: None,
    };
    schedules.backfill(LOCAL, id, backfill).await.unwrap();
    until(&node, "tick", |progress| progress.backfills.is_empty()).await;
    assert_eq!(progress(&node, "tick").await.fired, 5);
    node.listed("pass", Status::Succeeded, 5).await;
    let tomorrow = wire::Backfill {
        from: node.clock.now(),
        to: node.clock.now().plus_millis(1),
        overlap: None,
    };
    let refused = schedules.backfill(LOCAL, id, tomorrow).await.unwrap_err();
    assert_eq!(refused.code, "InvalidBackfill");
}

#[tokio::test]
async fn so_many_firings_complete_it_and_it_may_go_then() {
    let node = Node::start().await;
    node.function("echo", FunctionSettings::default()).await;
    let target = wire::ScheduleTarget {
        function: Some(name("echo")),
        ..wire::ScheduleTarget::default()
    };
    let mut definition = ScheduleDefinition::new("rate(1 minute)", target);
    definition.firings_max = Some(2);
    put(&node, "stays", definition.clone()).await;
    definition.after_completion = wire::AfterCompletion::Delete;
    put(&node, "goes", definition).await;
    // A rate fires at once.
    until(&node, "stays", |progress| progress.fired == 1).await;
    node.clock.advance_ms(MINUTE_MS);
    until(&node, "stays", |progress| progress.completed_at.is_some()).await;
    assert_eq!(progress(&node, "stays").await.fired, 2);
    let list = || async {
        let list = wire::ListSchedules::default();
        let page = node.ports().schedules.list(LOCAL, list).await.unwrap();
        page.items
            .into_iter()
            .map(|one| one.name.to_string())
            .collect::<Vec<_>>()
    };
    node.until(|| async { list().await == ["stays"] }).await;
    node.clock.advance_ms(5 * MINUTE_MS);
    node.listed("function:echo", Status::Succeeded, 4).await;
}

#[tokio::test]
async fn what_cannot_be_started_becomes_a_dead_letter() {
    let node = Node::start().await;
    node.ports()
        .buckets
        .put_bucket(LOCAL, name("letters"))
        .await
        .unwrap();
    let mut definition = of_machine("at(2023-11-14T22:14:00)", "nobody");
    definition.dead_letter = Some(wire::DeadLetter {
        arn: Some("arn:aws:s3:::letters".to_owned()),
        prefix: Some("dead/".to_owned()),
        ..wire::DeadLetter::default()
    });
    put(&node, "once", definition).await;
    node.clock.advance_ms(MINUTE_MS);
    until(&node, "once", |progress| progress.completed_at.is_some()).await;
    let seen = progress(&node, "once").await;
    assert_eq!((seen.fired, seen.failed), (0, 1));
    assert_eq!(seen.last_failure.unwrap().code, "MachineNotFound");
    let buckets = node.ports().buckets;
    let list = ListKeys {
        limit: 10,
        ..ListKeys::default()
    };
    let found = buckets
        .list_objects(LOCAL, &name("letters"), list)
        .await
        .unwrap();
    let key = &found.objects[0].key;
    assert!(
        key.starts_with("dead/default/once/once-20231114T221400Z-"),
        "{key}"
    );
    let letter = node.object(&name("letters"), key).await;
    let letter: Value = serde_json::from_slice(&letter).unwrap();
    assert_eq!(letter["errorCode"], "MachineNotFound");
    assert_eq!(letter["target"]["machine"], "nobody");
}

#[tokio::test]
async fn a_changed_expression_begins_anew_and_groups_go_with_their_schedules() {
    let node = Node::start().await;
    node.machine("pass", PASS).await;
    let schedules = node.ports().schedules;
    let (group, once) = (name("reports"), name("once"));
    let id = (&group, &once);
    let definition = of_machine("at(2023-11-14T22:14:00)", "pass");
    let upsert = PutSchedule::Upsert;
    let absent = schedules.put(LOCAL, id, definition.clone(), upsert).await;
    assert_eq!(absent.unwrap_err().code, "ScheduleGroupNotFound");
    let tags = wire::PutScheduleGroup::default();
    schedules
        .put_group(LOCAL, &group, tags, true)
        .await
        .unwrap();
    schedules
        .put(LOCAL, id, definition.clone(), upsert)
        .await
        .unwrap();
    let again = schedules
        .put(LOCAL, id, definition.clone(), PutSchedule::Create)
        .await;
    assert_eq!(again.unwrap_err().code, "ScheduleExists");
    node.clock.advance_ms(MINUTE_MS);
    let fired = || async { schedules.get(LOCAL, id).await.unwrap().progress.fired };
    node.until(|| async { fired().await == 1 }).await;
    // The same again fires nothing; another time does.
    schedules.put(LOCAL, id, definition, upsert).await.unwrap();
    let later = of_machine("at(2023-11-14T22:15:00)", "pass");
    schedules.put(LOCAL, id, later, upsert).await.unwrap();
    node.clock.advance_ms(MINUTE_MS);
    node.until(|| async { fired().await == 2 }).await;
    schedules.delete_group(LOCAL, &group).await.unwrap();
    assert_eq!(
        schedules.get(LOCAL, id).await.unwrap_err().code,
        "ScheduleNotFound"
    );
    let gone = schedules.get_group(LOCAL, &group).await.unwrap_err();
    assert_eq!(gone.code, "ScheduleGroupNotFound");
    let kept = schedules.delete_group(LOCAL, &name("default")).await;
    assert_eq!(kept.unwrap_err().code, "InvalidGroup");
}

#[tokio::test]
async fn wrong_definitions_are_refused() {
    type Spoil = fn(&mut ScheduleDefinition);
    let node = Node::start().await;
    let schedules = node.ports().schedules;
    let wrong: [(Spoil, &str); 9] = [
        (
            |one| one.expression = "every day".into(),
            "InvalidScheduleExpression",
        ),
        (|one| one.time_zone = "Mars".into(), "InvalidTimeZone"),
        (|one| one.jitter_seconds = 86_401, "InvalidSchedule"),
        (|one| one.firings_max = Some(0), "InvalidSchedule"),
        (|one| one.retry.attempts_max = 186, "InvalidSchedule"),
        (|one| one.target.machine = None, "InvalidSchedule"),
        (
            |one| one.target.function = Some("f".parse().unwrap()),
            "InvalidSchedule",
        ),
        (
            |one| one.dead_letter = Some(wire::DeadLetter::default()),
            "InvalidSchedule",
        ),
        (
            |one| {
                one.start_at = Some(Timestamp::from_millis(2));
                one.end_at = Some(Timestamp::from_millis(1));
            },
            "InvalidSchedule",
        ),
    ];
    for (spoil, code) in wrong {
        let mut definition = of_machine("@daily", "m");
        spoil(&mut definition);
        let id = (&name("default"), &name("x"));
        let put = schedules
            .put(LOCAL, id, definition, PutSchedule::Upsert)
            .await;
        assert_eq!(put.unwrap_err().code, code);
    }
}
