use steploom_types::{AccountId, Slot};

use super::*;

fn at(ms: i64) -> Timestamp {
    Timestamp::from_millis(ms)
}

/// One fact of every kind, with every field set.
fn facts() -> Vec<Fact> {
    let started = Started {
        at: at(1),
        account: "123456789012".parse().unwrap(),
        id: ExecutionId::new(Slot(0xbeef), at(1), 7),
        name: "monday".parse().unwrap(),
        machine: "function:count".parse().unwrap(),
        machine_version: 3,
        is_express: false,
        definition: Digest::of(b"{}"),
        semantics: 1,
        seed: 0x0123_4567_89ab_cdef,
        limits: RunLimits {
            payload_bytes_max: 1,
            transitions_per_fact_max: 2,
            map_concurrency_default: 3,
            evaluation_ms_max: 1_000,
            execution_seconds_max: 0,
            range_items: 0,
        },
        input: Json::parse(r#"{"b": 1, "a": "ü"}"#).unwrap(),
        terms: None,
        role: None,
        range: None,
    };
    vec![
        Fact::Started(Arc::new(started)),
        Fact::TaskSucceeded {
            at: at(2),
            action: ActionId(1),
            output: Json::parse("[1.50]").unwrap(),
            version: Some(4),
        },
        Fact::TaskFailed {
            at: at(3),
            action: ActionId(2),
            failure: Failure {
                error: "E".into(),
                cause: None,
            },
            version: None,
        },
        Fact::TimerFired {
            at: at(4),
            action: ActionId(300),
        },
        Fact::StopRequested {
            at: at(5),
            failure: PartialFailure {
                error: None,
                cause: Some("enough".into()),
            },
        },
        Fact::Continued { at: at(6) },
    ]
}

/// One fact of every kind that came after release 0.1, with every field set.
fn later_facts() -> Vec<Fact> {
    let taken = |worker: Option<&str>| Fact::ActivityStarted {
        at: at(9),
        action: ActionId(7),
        worker: worker.map(str::to_owned),
    };
    let mut express = facts().swap_remove(0);
    if let Fact::Started(started) = &mut express {
        Arc::make_mut(started).is_express = true;
    }
    vec![
        express,
        Fact::TaskSubmitted {
            at: at(7),
            action: ActionId(5),
            output: Json::parse(r#"{"job": 1}"#).unwrap(),
        },
        Fact::TaskHeartbeat {
            at: at(8),
            action: ActionId(6),
        },
        taken(Some("wü")),
        taken(None),
        Fact::ItemsRead {
            at: at(10),
            action: ActionId(8),
            items: Json::parse("[1, 2]").unwrap(),
            is_last: true,
        },
        Fact::EvaluationExceeded {
            at: at(11),
            evaluation: 300,
        },
    ]
}

#[test]
fn every_fact_reads_as_it_was_written() {
    for fact in facts()
        .into_iter()
        .chain(later_facts())
        .chain(waiting_facts())
        .chain(controlling_facts())
        .chain(range_facts())
        .chain(named_facts())
    {
        assert_eq!(decode(&encode(&fact, &Kept::default())).unwrap(), fact);
    }
}

/// What release 0.1 wrote. Never change a line; add new ones.
const GOLDEN_0_1: &[&str] = &[
    "0801127d0894b4e4f4cb031210beef00000000000100000000000000071a066d6f6e646179220e66756e6374696f6e3a636f756e742803322044136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a380141efcdab89674523014a0608011002180352137b2262223a20312c202261223a2022c3bc227d",
    "08021a0c080112065b312e35305d1804",
    "080322050802120145",
    "08042a0308ac02",
    "080532081206656e6f756768",
    "08063a00",
];

#[test]
fn what_release_0_1_wrote_is_read_for_ever() {
    let read: Vec<_> = GOLDEN_0_1
        .iter()
        .map(|hex| decode(&from_hex(hex)).unwrap())
        .collect();
    assert_eq!(read, facts());
}

/// What this release adds. Never change a line; add new ones.
const GOLDEN_0_2: &[&str] = &[
    "08011282010894b4e4f4cb031210beef00000000000100000000000000071a066d6f6e646179220e66756e6374696f6e3a636f756e742803322044136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a380141efcdab89674523014a0908011002180320e80752137b2262223a20312c202261223a2022c3bc227d5801",
    "0807420e0805120a7b226a6f62223a20317d",
    "08084a020806",
    "080952070807120377c3bc",
    "080952020807",
    "080a5a0c080812065b312c20325d1801",
    "080b620308ac02",
];

#[test]
fn what_release_0_2_wrote_is_read_for_ever() {
    let read: Vec<_> = GOLDEN_0_2
        .iter()
        .map(|hex| decode(&from_hex(hex)).unwrap())
        .collect();
    assert_eq!(read, later_facts());
}

/// A range, and what its parent hears and is told.
fn range_facts() -> Vec<Fact> {
    let Fact::Started(mut fact) = facts().remove(0) else {
        unreachable!("it is the first")
    };
    let started = Arc::make_mut(&mut fact);
    let page = Digest::of(b"page");
    started.limits.range_items = 10;
    started.range = Some(Box::new(Range {
        parent: started.id,
        map_run: 4,
        action: ActionId(9),
        offset: 1_000,
        count: 7,
        page,
        window: 50,
        only: None,
    }));
    vec![
        Fact::Started(fact),
        Fact::PageRead {
            at: at(18),
            action: ActionId(9),
            etag: Some("e".into()),
            offset: 1_000,
            digest: page,
            count: 7,
            is_last: true,
        },
        Fact::RangeReported {
            at: at(19),
            action: ActionId(9),
            failed: 3,
        },
        Fact::MapRunChanged {
            at: at(20),
            map_run: 4,
            change: MapRunChange {
                version: 2,
                window: Some(50),
                tolerated_count: Some(0),
                tolerated_percentage: Some(2.5),
                is_stopped: true,
            },
        },
    ]
}

/// Never change a line; add new ones.
const GOLDEN_RANGES: &[&str] = &[
    "080112c4010894b4e4f4cb031210beef00000000000100000000000000071a066d6f6e646179220e66756e6374696f6e3a636f756e742803322044136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a380141efcdab89674523014a0b08011002180320e807300a52137b2262223a20312c202261223a2022c3bc227df2013f0a10beef00000000000100000000000000071004180920e807280732203660315a9af3df255d8f19ab077e4797822b41488a0e2a04bc6af71213c232743832",
    "0812f2012e080912016518e80722203660315a9af3df255d8f19ab077e4797822b41488a0e2a04bc6af71213c2327428073001",
    "0813fa010408091003",
    "081482021308041002183220002900000000000004403001",
];

#[test]
fn what_was_written_of_ranges_is_read_for_ever() {
    let read: Vec<_> = GOLDEN_RANGES
        .iter()
        .map(|hex| decode(&from_hex(hex)).unwrap())
        .collect();
    assert_eq!(read, range_facts());
    for (hex, fact) in GOLDEN_RANGES.iter().zip(range_facts()) {
        assert_eq!(encode(&fact, &Kept::default()), from_hex(hex), "{fact:?}");
    }
}

/// A range of some items of a page.
fn range_of_some() -> Fact {
    let Fact::Started(mut fact) = range_facts().remove(0) else {
        unreachable!("it is the first")
    };
    let started = Arc::make_mut(&mut fact);
    if let Some(range) = &mut started.range {
        let mut only = Places::default();
        only.insert(1, 2);
        only.insert(6, 1);
        range.only = Some(only);
    }
    Fact::Started(fact)
}

/// As above: never change it.
const GOLDEN_RANGE_OF_SOME: &str = "080112c7010894b4e4f4cb031210beef00000000000100000000000000071a066d6f6e646179220e66756e6374696f6e3a636f756e742803322044136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a380141efcdab89674523014a0b08011002180320e807300a52137b2262223a20312c202261223a2022c3bc227df201420a10beef00000000000100000000000000071004180920e807280732203660315a9af3df255d8f19ab077e4797822b41488a0e2a04bc6af71213c232743832420146";

#[test]
fn a_range_of_some_items_is_read_for_ever() {
    let fact = range_of_some();
    assert_eq!(
        encode(&fact, &Kept::default()),
        from_hex(GOLDEN_RANGE_OF_SOME)
    );
    assert_eq!(decode(&from_hex(GOLDEN_RANGE_OF_SOME)).unwrap(), fact);
}

/// A start on terms, and what may follow.
fn waiting_facts() -> Vec<Fact> {
    let Fact::Started(mut fact) = facts().remove(0) else {
        unreachable!("it is the first")
    };
    let started = Arc::make_mut(&mut fact);
    started.terms = Some(Arc::new(Terms {
        tags: [("team", "ü"), ("a", "")]
            .map(|(k, v)| (k.into(), v.into()))
            .into(),
        priority: -100,
        start_before: Some(at(5_000)),
        claims: vec![
            Claim {
                key: Some("customer-7".into()),
                limit: 1,
                order: Some(77),
            },
            Claim {
                key: None,
                limit: 300,
                order: None,
            },
        ],
    }));
    vec![
        Fact::Started(fact),
        Fact::Begun { at: at(12) },
        Fact::Expired { at: at(13) },
    ]
}

/// What this release adds for starts that wait. Never change a line; add new ones.
const GOLDEN_WAITING: &[&str] = &[
    "080112b1010894b4e4f4cb031210beef00000000000100000000000000071a066d6f6e646179220e66756e6374696f6e3a636f756e742803322044136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a380141efcdab89674523014a0908011002180320e80752137b2262223a20312c202261223a2022c3bc227da2012e0a030a01610a0a0a047465616d1202c3bc10c70118882722100a0a637573746f6d65722d371001184d220310ac02",
    "080ca20100",
    "080daa0100",
];

#[test]
fn what_was_written_of_starts_that_wait_is_read_for_ever() {
    let read: Vec<_> = GOLDEN_WAITING
        .iter()
        .map(|hex| decode(&from_hex(hex)).unwrap())
        .collect();
    assert_eq!(read, waiting_facts());
}

/// How executions ended that were run in memory.
fn ended_facts() -> Vec<Fact> {
    let failure = |error: Option<&str>, cause: Option<&str>| PartialFailure {
        error: error.map(str::to_owned),
        cause: cause.map(str::to_owned),
    };
    let outcomes = [
        Outcome::Succeeded(Json::parse("1").unwrap()),
        Outcome::Failed(failure(Some("E"), None)),
        Outcome::TimedOut,
        Outcome::Aborted(failure(None, Some("why"))),
        Outcome::Expired,
    ];
    let facts = (21..).zip(outcomes);
    facts
        .map(|(ms, outcome)| Fact::Ended {
            at: at(ms),
            outcome,
        })
        .collect()
}

/// Never change a line; add new ones.
const GOLDEN_ENDED: &[&str] = &[
    "0815c202050801120131",
    "0816c2020508021a0145",
    "0817c202020803",
    "0818c2020708042203776879",
    "0819c202020805",
];

#[test]
fn what_was_written_of_ends_in_memory_is_read_for_ever() {
    assert_eq!(ended_facts().len(), GOLDEN_ENDED.len());
    for (hex, fact) in GOLDEN_ENDED.iter().zip(ended_facts()) {
        assert_eq!(encode(&fact, &Kept::default()), from_hex(hex), "{fact:?}");
        assert_eq!(decode(&from_hex(hex)).unwrap(), fact);
    }
    assert!(
        decode(&from_hex("0819c202020806")).is_err(),
        "no such status"
    );
}

/// What came with AWS's clients: the machine's role, and the token of a redrive.
fn named_facts() -> Vec<Fact> {
    let mut of_role = facts().swap_remove(0);
    if let Fact::Started(started) = &mut of_role {
        Arc::make_mut(started).role = Some("arn:aws:iam::1:role/r".into());
    }
    let redriven = Redriven {
        at: at(15),
        version: None,
        input: None,
        skip: None,
        client_token: Some("t-1".into()),
    };
    vec![of_role, Fact::Redriven(Box::new(redriven))]
}

/// Never change a line; add new ones.
const GOLDEN_NAMED: &[&str] = &[
    "08011297010894b4e4f4cb031210beef00000000000100000000000000071a066d6f6e646179220e66756e6374696f6e3a636f756e742803322044136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a380141efcdab89674523014a0908011002180320e80752137b2262223a20312c202261223a2022c3bc227d621561726e3a6177733a69616d3a3a313a726f6c652f72",
    "080f8201052a03742d31",
];

#[test]
fn what_was_written_of_roles_and_tokens_is_read_for_ever() {
    assert_eq!(named_facts().len(), GOLDEN_NAMED.len());
    for (hex, fact) in GOLDEN_NAMED.iter().zip(named_facts()) {
        assert_eq!(encode(&fact, &Kept::default()), from_hex(hex), "{fact:?}");
        assert_eq!(decode(&from_hex(hex)).unwrap(), fact);
    }
}

#[test]
fn records_and_chunks_come_apart_as_they_were_put_together() {
    let id = ExecutionId::new(Slot(1), at(1), 1);
    let (mut record, mut chunk) = (BytesMut::new(), BytesMut::new());
    for fact in facts() {
        push_to_record(&mut record, id, &encode(&fact, &Kept::default()));
        push_to_chunk(&mut chunk, &encode(&fact, &Kept::default()));
    }
    let from_record: Vec<_> = split_record(record.freeze())
        .unwrap()
        .iter()
        .map(|(_, fact)| decode(fact).unwrap())
        .collect();
    let from_chunk: Vec<_> = split_chunk(chunk.freeze())
        .unwrap()
        .iter()
        .map(|fact| decode(fact).unwrap())
        .collect();
    assert_eq!(from_record, facts());
    assert_eq!(from_chunk, facts());
}

#[test]
fn an_excess_is_told_from_all_other_facts() {
    for fact in facts()
        .into_iter()
        .chain(later_facts())
        .chain(waiting_facts())
        .chain(controlling_facts())
    {
        let expected = match &fact {
            Fact::EvaluationExceeded { evaluation, .. } => Some(*evaluation),
            _ => None,
        };
        assert_eq!(
            exceeded(&encode(&fact, &Kept::default())).unwrap(),
            expected,
            "{fact:?}"
        );
    }
}

#[test]
fn torn_bytes_are_refused_and_never_panic() {
    let mut record = BytesMut::new();
    push_to_record(
        &mut record,
        ExecutionId::new(Slot(1), at(1), 1),
        &encode(&facts()[0], &Kept::default()),
    );
    let record = record.freeze();
    for length in 1..record.len() {
        assert!(split_record(record.slice(..length)).is_err(), "{length}");
    }
    for length in 0..40 {
        assert!(
            decode(&encode(&facts()[0], &Kept::default())[..length]).is_err(),
            "{length}"
        );
    }
}

#[test]
fn a_fact_of_a_later_release_is_named_as_such() {
    // Field 99, which no release has given.
    assert!(matches!(
        decode(&[0x9a, 0x06, 0x00]),
        Err(Error::UnknownKind)
    ));
}

#[test]
fn accounts_beyond_twelve_digits_are_refused() {
    assert_eq!(AccountId::from_u64(1_000_000_000_000), None);
}

fn from_hex(hex: &str) -> Vec<u8> {
    (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
        .collect()
}

/// What somebody wants of an execution that runs, or has ended; and a start with a time of its own.
fn controlling_facts() -> Vec<Fact> {
    let redriven = |version, input: Option<&str>, skip: Option<&str>| {
        Fact::Redriven(Box::new(Redriven {
            at: at(15),
            version,
            input: input.map(|text| Json::parse(text).unwrap()),
            skip: skip.map(|text| Json::parse(text).unwrap()),
            client_token: None,
        }))
    };
    let mut timed = facts().swap_remove(0);
    if let Fact::Started(started) = &mut timed {
        Arc::make_mut(started).limits.execution_seconds_max = 31_536_000;
    }
    let version = NewVersion {
        definition: Digest::of(b"[]"),
        number: 5,
    };
    vec![
        timed,
        Fact::Dispatched {
            at: at(12),
            action: ActionId(9),
        },
        Fact::Paused { at: at(13) },
        Fact::Resumed { at: at(14) },
        redriven(None, None, None),
        redriven(Some(version), Some("{\"a\": 1}"), None),
        redriven(None, None, Some("[1.50]")),
    ]
}

/// As above: never change a line.
const GOLDEN_CONTROLLING: &[&str] = &[
    "08011285010894b4e4f4cb031210beef00000000000100000000000000071a066d6f6e646179220e66756e6374696f6e3a636f756e742803322044136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a380141efcdab89674523014a0e08011002180320e8072880e7840f52137b2262223a20312c202261223a2022c3bc227d",
    "080c6a020809",
    "080d7200",
    "080e7a00",
    "080f820100",
    "080f82012e0a204f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b94510051a087b2261223a20317d",
    "080f82010822065b312e35305d",
];

#[test]
fn what_controls_an_execution_is_read_for_ever() {
    let read: Vec<_> = GOLDEN_CONTROLLING
        .iter()
        .map(|hex| decode(&from_hex(hex)).unwrap())
        .collect();
    assert_eq!(read, controlling_facts());
}

#[test]
fn what_is_kept_as_an_object_is_named_only() {
    let output = Json::from(serde_json::Value::from("x".repeat(65_536)));
    let fact = Fact::TaskSucceeded {
        at: Timestamp::from_millis(1),
        action: ActionId(2),
        output: output.clone(),
        version: None,
    };
    let mut kept = Kept::default();
    kept.insert(output.digest());
    let encoded = encode(&fact, &kept);
    // Golden: for ever.
    let named = "\u{1}afb3bbecac846785e46b87edbed49d7e06a9e186e9ce70ef8e59b33c9c72145f:65538";
    assert_eq!(read(&encoded).unwrap().payload(), Some(named));
    assert_eq!(encoded.len(), 4 + 2 + 2 + named.len());
    assert!(
        decode(&encoded).is_err(),
        "it is not to be had from the fact"
    );
    let references: Vec<_> = read(&encoded).unwrap().references().collect();
    assert_eq!(references, [Reference::of(&output)]);
    let found = |_| Some(output.clone());
    assert_eq!(read(&encoded).unwrap().fact(&found).unwrap(), fact);
    assert!(matches!(
        glance(&encoded).unwrap(),
        Fact::TaskSucceeded { output, .. } if output.value().is_null()
    ));
    // What nobody says is an object is written whole.
    assert_eq!(decode(&encode(&fact, &Kept::default())).unwrap(), fact);
}
