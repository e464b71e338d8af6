//! Releases, aliases, settings and tags of machines, and executions that are started by them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use steploom_api::port::PutMachine;
use steploom_api::wire::{
    AliasRoute, ChangeTags, Execution, ExecutionStatus as Status, ListExecutions, MachineSettings,
    MachineType, PublishMachine, PutAlias, Release, ReleaseNumber, StartExecution,
};
use steploom_types::{AccountId, Json, Name, Result, limits};

use crate::node::Node;
use crate::{PASS, WAIT};

const ONE: &str =
    r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": 1, "End": true}}}"#;
const TWO: &str =
    r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": 2, "End": true}}}"#;

const LOCAL: AccountId = AccountId::LOCAL;

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

async fn publish(node: &Node, machine: &str) -> (Release, bool) {
    let asked = PublishMachine::default();
    let releases = node.ports().releases;
    releases
        .publish(LOCAL, &name(machine), asked)
        .await
        .unwrap()
}

/// Has the alias stand for releases, each with its weight.
async fn alias(node: &Node, machine: &str, alias: &str, routes: &[(u32, u8)]) -> Result<bool> {
    let routes = routes.iter().map(|(release, weight)| AliasRoute {
        release: ReleaseNumber(*release),
        weight: *weight,
    });
    let put = PutAlias {
        description: None,
        routes: routes.collect(),
    };
    let releases = node.ports().releases;
    let (machine, alias) = (name(machine), name(alias));
    let put = releases.put_alias(LOCAL, &machine, &alias, put, false);
    put.await.map(|(_, is_new)| is_new)
}

fn by(machine: &str, qualifier: &str) -> StartExecution {
    StartExecution {
        qualifier: Some(name(qualifier)),
        input: Json::from(json!({"n": 0})),
        ..StartExecution::new(name(machine))
    }
}

async fn start(node: &Node, start: StartExecution) -> Result<Execution> {
    let started = node.ports().executions.start(LOCAL, start).await;
    started.map(|(execution, _)| execution)
}

fn code<T: std::fmt::Debug>(answer: Result<T>) -> &'static str {
    answer.unwrap_err().code
}

#[tokio::test]
async fn publishing_what_has_not_changed_gives_the_newest_release() {
    let node = Node::start().await;
    node.machine("m", ONE).await;
    let (first, is_new) = publish(&node, "m").await;
    assert!(is_new);
    assert_eq!((first.number, first.version), (ReleaseNumber(1), 1));
    assert_eq!(publish(&node, "m").await, (first.clone(), false));

    node.machine("m", TWO).await;
    let (second, is_new) = publish(&node, "m").await;
    assert!(is_new);
    assert_eq!((second.number, second.version), (ReleaseNumber(2), 2));

    // Settings are part of a release, tags are not.
    let ports = node.ports();
    let settings = MachineSettings {
        role: Some("arn:aws:iam::1:role/r".into()),
        ..MachineSettings::default()
    };
    let m = name("m");
    let put = ports.releases.put_settings(LOCAL, &m, settings.clone());
    put.await.unwrap();
    let (third, is_new) = publish(&node, "m").await;
    assert!(is_new);
    assert_eq!((third.version, &third.settings), (2, &settings));
    let change = ChangeTags {
        set: [("team".to_owned(), "red".to_owned())].into(),
        remove: Vec::new(),
    };
    ports
        .releases
        .change_tags(LOCAL, &name("m"), change)
        .await
        .unwrap();
    assert_eq!(publish(&node, "m").await, (third.clone(), false));
    let all = ports.releases.releases(LOCAL, &name("m")).await.unwrap();
    assert_eq!(all.items, [third, second, first]);
}

#[tokio::test]
async fn a_release_is_of_the_revision_that_was_asked_for() {
    let node = Node::start().await;
    node.machine("m", ONE).await;
    let releases = node.ports().releases;
    let publish = async |revision: &str| {
        let asked = PublishMachine {
            description: None,
            revision: Some(revision.to_owned()),
        };
        releases.publish(LOCAL, &name("m"), asked).await
    };
    assert_eq!(code(publish("another").await), "RevisionChanged");
    assert!(publish("INITIAL").await.unwrap().1, "as it was made");
    node.machine("m", TWO).await;
    assert_eq!(code(publish("INITIAL").await), "RevisionChanged");
    let profile = releases.profile(LOCAL, &name("m")).await.unwrap();
    let (release, is_new) = publish(&profile.revision.clone().unwrap()).await.unwrap();
    assert_eq!((release.revision, is_new), (profile.revision, true));
}

#[tokio::test]
async fn a_release_that_an_alias_stands_for_is_not_deleted() {
    let node = Node::start().await;
    node.machine("m", ONE).await;
    publish(&node, "m").await;
    node.machine("m", TWO).await;
    publish(&node, "m").await;
    assert!(alias(&node, "m", "prod", &[(1, 100)]).await.unwrap());
    let releases = node.ports().releases;
    let delete = async |number| {
        let number = ReleaseNumber(number);
        releases.delete_release(LOCAL, &name("m"), number).await
    };
    assert_eq!(code(delete(1).await), "ReleaseInUse");
    assert!(!alias(&node, "m", "prod", &[(2, 100)]).await.unwrap());
    delete(1).await.unwrap();
    assert_eq!(code(delete(1).await), "ReleaseNotFound");
    assert_eq!(code(start(&node, by("m", "1")).await), "ReleaseNotFound");
    // The newest's number is not given again either.
    releases
        .delete_alias(LOCAL, &name("m"), &name("prod"))
        .await
        .unwrap();
    delete(2).await.unwrap();
    assert_eq!(publish(&node, "m").await.0.number, ReleaseNumber(3));
}

#[tokio::test]
async fn an_alias_divides_starts_between_two_releases() {
    let node = Node::start().await;
    node.machine("m", ONE).await;
    publish(&node, "m").await;
    node.machine("m", TWO).await;
    publish(&node, "m").await;
    alias(&node, "m", "prod", &[(1, 50), (2, 50)])
        .await
        .unwrap();
    alias(&node, "m", "old", &[(1, 100), (2, 0)]).await.unwrap();
    let starts = (0..100).map(|_| by("m", "prod")).collect();
    let mut counts: BTreeMap<_, u32> = BTreeMap::new();
    for answer in node.start_batch(starts).await {
        let (summary, _) = answer.unwrap();
        assert_eq!(summary.alias, Some(name("prod")));
        let release = summary.release.unwrap().0;
        assert_eq!(summary.machine_version, release, "of that release");
        *counts.entry(release).or_default() += 1;
        // What ran is that version.
        let ended = node.ended(summary.id).await;
        assert_eq!(ended.output.unwrap().value(), &json!(release));
    }
    // One side only has a chance of one in 2^99.
    assert_eq!(
        counts.keys().copied().collect::<Vec<_>>(),
        [1, 2],
        "{counts:?}"
    );
    for _ in 0..100 {
        let old = start(&node, by("m", "old")).await.unwrap();
        assert_eq!(old.summary.release, Some(ReleaseNumber(1)));
    }
}

#[tokio::test]
async fn aliases_that_make_no_sense_are_refused() {
    let node = Node::start().await;
    node.machine("m", ONE).await;
    publish(&node, "m").await;
    node.machine("m", TWO).await;
    publish(&node, "m").await;
    for routes in [
        &[][..],
        &[(1, 99)],
        &[(1, 50), (2, 51)],
        &[(1, 50), (1, 50)],
        &[(1, 50), (2, 25), (2, 25)],
    ] {
        let refused = alias(&node, "m", "prod", routes).await;
        assert_eq!(code(refused), "InvalidAlias", "{routes:?}");
    }
    let number = alias(&node, "m", "17", &[(1, 100)]).await;
    assert_eq!(code(number), "InvalidAlias");
    let absent = alias(&node, "m", "prod", &[(3, 100)]).await;
    assert_eq!(code(absent), "ReleaseNotFound");
    let nobody = alias(&node, "nobody", "prod", &[(1, 100)]).await;
    assert_eq!(code(nobody), "MachineNotFound");
    assert_eq!(code(start(&node, by("m", "prod")).await), "AliasNotFound");
    let both = StartExecution {
        version: Some(1),
        ..by("m", "1")
    };
    assert_eq!(code(start(&node, both).await), "InvalidQualifier");
    let aliases = node.ports().releases.aliases(LOCAL, &name("m")).await;
    assert_eq!(aliases.unwrap().items, []);
}

#[tokio::test]
async fn an_execution_says_by_what_it_was_started_also_after_a_crash() {
    let mut node = Node::start().await;
    node.machine("m", WAIT).await;
    publish(&node, "m").await;
    alias(&node, "m", "prod", &[(1, 100)]).await.unwrap();
    let by_alias = start(&node, by("m", "prod")).await.unwrap().summary;
    assert_eq!(
        (by_alias.release, by_alias.alias.clone()),
        (Some(ReleaseNumber(1)), Some(name("prod")))
    );
    assert_eq!(by_alias.tags, BTreeMap::new(), "no tag of the caller's");
    let by_number = start(&node, by("m", "1")).await.unwrap().summary;
    assert_eq!(
        (by_number.release, by_number.alias.clone()),
        (Some(ReleaseNumber(1)), None)
    );
    let plain = node.start_unnamed("m", json!({})).await.summary;
    assert_eq!((plain.release, plain.alias.clone()), (None, None));
    node.listed("m", Status::Running, 3).await;

    node.crash_and_restart().await;
    for before in [&by_alias, &by_number, &plain] {
        let now = node.get(before.id).await.summary;
        let same = (now.release, &now.alias) == (before.release, &before.alias);
        assert!(same, "{now:?}");
    }
    let found = async |list: ListExecutions| {
        let page = node.ports().executions.list(LOCAL, list).await?;
        Ok(page.items.iter().map(|e| e.id).collect::<BTreeSet<_>>())
    };
    let of = |qualifier: &str| ListExecutions {
        machine: Some("m".parse().unwrap()),
        qualifier: Some(name(qualifier)),
        ..ListExecutions::default()
    };
    assert_eq!(found(of("prod")).await, Ok([by_alias.id].into()));
    assert_eq!(found(of("1")).await, Ok([by_alias.id, by_number.id].into()));
    assert_eq!(found(of("2")).await, Ok([].into()));
    let alone = ListExecutions {
        machine: None,
        ..of("prod")
    };
    assert_eq!(code(found(alone).await), "InvalidQualifier");
    let and_tag = ListExecutions {
        tag: Some("a=b".into()),
        ..of("prod")
    };
    assert_eq!(code(found(and_tag).await), "InvalidQualifier");

    node.clock.advance_ms(3_600_000);
    let ended = node.ended(by_alias.id).await.summary;
    assert_eq!(
        (ended.release, ended.alias),
        (by_alias.release, by_alias.alias)
    );
}

#[tokio::test]
async fn a_machine_that_is_made_again_has_nothing_of_the_one_before() {
    let node = Node::start().await;
    node.machine("m", ONE).await;
    publish(&node, "m").await;
    alias(&node, "m", "prod", &[(1, 100)]).await.unwrap();
    let ports = node.ports();
    let change = ChangeTags {
        set: [("team".to_owned(), "red".to_owned())].into(),
        remove: Vec::new(),
    };
    ports
        .releases
        .change_tags(LOCAL, &name("m"), change)
        .await
        .unwrap();
    ports.machines.delete(LOCAL, &name("m")).await.unwrap();
    let none = ports.releases.releases(LOCAL, &name("m")).await;
    assert_eq!(code(none), "MachineNotFound");

    node.machine("m", ONE).await;
    let none = ports.releases.releases(LOCAL, &name("m")).await.unwrap();
    assert_eq!(none.items, []);
    let none = ports.releases.aliases(LOCAL, &name("m")).await.unwrap();
    assert_eq!(none.items, []);
    let profile = ports.releases.profile(LOCAL, &name("m")).await.unwrap();
    assert_eq!(profile.tags, BTreeMap::new());
    assert_eq!(code(start(&node, by("m", "prod")).await), "AliasNotFound");
    assert_eq!(publish(&node, "m").await.0.number, ReleaseNumber(1));
}

#[tokio::test]
async fn two_who_publish_at_once_have_one_release() {
    let node = Node::start().await;
    node.machine("m", PASS).await;
    let (one, other) = tokio::join!(publish(&node, "m"), publish(&node, "m"));
    assert_eq!(one.0, other.0);
    assert_eq!(
        u32::from(one.1) + u32::from(other.1),
        1,
        "one of them made it"
    );
    // Changes of different things at once all count.
    let tag = |n: usize| ChangeTags {
        set: [(format!("k{n}"), "v".to_owned())].into(),
        remove: Vec::new(),
    };
    let releases = node.ports().releases;
    let m = name("m");
    let (a, b, c) = tokio::join!(
        releases.change_tags(LOCAL, &m, tag(1)),
        alias(&node, "m", "prod", &[(1, 100)]),
        releases.change_tags(LOCAL, &m, tag(2)),
    );
    a.unwrap();
    b.unwrap();
    c.unwrap();
    let profile = releases.profile(LOCAL, &m).await.unwrap();
    assert_eq!(profile.tags.len(), 2);
    assert_eq!(releases.aliases(LOCAL, &m).await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn tags_have_limits() {
    let node = Node::start().await;
    node.machine("m", ONE).await;
    let ports = node.ports();
    ports.activities.put(LOCAL, name("m")).await.unwrap();
    let (machine, activity) = (ports.releases, ports.activities);
    let pairs = |n: usize| (0..n).map(|n| (format!("k{n}"), String::new()));
    let set = |set: BTreeMap<String, String>| ChangeTags {
        set,
        remove: Vec::new(),
    };
    let one = |key: String, value: String| set([(key, value)].into());
    let (key_max, value_max) = (limits::TAG_KEY_LENGTH_MAX, limits::TAG_VALUE_LENGTH_MAX);
    let too_many = set(pairs(limits::TAGS_MAX + 1).collect());
    let answer = machine.change_tags(LOCAL, &name("m"), too_many).await;
    assert_eq!(code(answer), "TooManyTags");
    for refused in [
        one(String::new(), "v".into()),
        one("k".repeat(key_max + 1), "v".into()),
        one("k".into(), "v".repeat(value_max + 1)),
        one("k".into(), "\u{7}".into()),
        one("steploom:release".into(), "1".into()),
    ] {
        let answer = machine
            .change_tags(LOCAL, &name("m"), refused.clone())
            .await;
        assert_eq!(code(answer), "InvalidTags", "{refused:?}");
        let answer = activity.change_tags(LOCAL, &name("m"), refused).await;
        assert_eq!(code(answer), "InvalidTags");
    }
    let most = set(pairs(limits::TAGS_MAX).collect());
    let full = machine.change_tags(LOCAL, &name("m"), most).await.unwrap();
    assert_eq!(full.tags.len(), limits::TAGS_MAX);
    // One more is too many, unless another one goes.
    let more = one("more".into(), "v".into());
    let refused = machine.change_tags(LOCAL, &name("m"), more.clone()).await;
    assert_eq!(code(refused), "TooManyTags");
    let instead = ChangeTags {
        remove: vec!["k0".into()],
        ..more
    };
    let changed = machine
        .change_tags(LOCAL, &name("m"), instead)
        .await
        .unwrap();
    assert!(changed.tags.contains_key("more") && !changed.tags.contains_key("k0"));
    let long = one("ü".repeat(key_max), "ü".repeat(value_max));
    activity.change_tags(LOCAL, &name("m"), long).await.unwrap();
}

#[tokio::test]
async fn a_machine_keeps_its_type() {
    let node = Node::start().await;
    let ports = node.ports();
    let put = |definition: &str, machine_type| PutMachine {
        machine_type,
        ..PutMachine::new(name("quick"), definition)
    };
    let (express, standard) = (Some(MachineType::Express), Some(MachineType::Standard));
    let made = ports.machines.put(LOCAL, put(ONE, express)).await.unwrap();
    assert_eq!(made.summary.machine_type, MachineType::Express);
    let releases = ports.releases;
    let role = Some("arn:aws:iam::1:role/r".to_owned());
    let settings = MachineSettings {
        machine_type: MachineType::Express,
        role: role.clone(),
        ..MachineSettings::default()
    };
    let quick = name("quick");
    let set = releases.put_settings(LOCAL, &quick, settings.clone());
    set.await.unwrap();

    let other = ports.machines.put(LOCAL, put(TWO, standard)).await;
    assert_eq!(code(other), "MachineTypeFixed");
    let other = MachineSettings {
        machine_type: MachineType::Standard,
        ..settings
    };
    let other = releases.put_settings(LOCAL, &name("quick"), other).await;
    assert_eq!(code(other), "MachineTypeFixed");
    let create_only = PutMachine {
        create_only: true,
        ..put(ONE, standard)
    };
    let exists = ports.machines.put(LOCAL, create_only).await;
    assert_eq!(code(exists), "MachineExists");
    // Neither the refused definition nor the type came in, and a new definition leaves the settings.
    for machine_type in [None, express] {
        let now = ports
            .machines
            .put(LOCAL, put(TWO, machine_type))
            .await
            .unwrap();
        assert_eq!(now.summary.latest.version, 2);
        assert_eq!(now.summary.machine_type, MachineType::Express);
    }
    let profile = releases.profile(LOCAL, &name("quick")).await.unwrap();
    assert_eq!(profile.settings.role, role);
    let listed = ports.machines.list(LOCAL, 10, None).await.unwrap();
    assert_eq!(listed.items[0].machine_type, MachineType::Express);
}
