//! Schedules, as they are typed and asked for; and that a process which dies between due time and start,
//! or between start and what it writes of it, gives one execution.

use serde_json::{Value, json};
use steploom_probe::{CRASH_AT, CrashPoint};

use crate::server;
use crate::support::server::Server;
use crate::support::wait::until;

fn pass() -> Value {
    json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}})
}

/// An `at` that is due so many seconds from now.
fn at(seconds: i64) -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let now = i64::try_from(now.expect("after 1970").as_secs()).expect("a date");
    let due = steploom_sdk::Timestamp::from_millis((now + seconds) * 1_000).to_string();
    format!("at({})", &due[..19])
}

fn schedule(server: &Server, name: &str) -> Value {
    let path = format!("/v1/schedules/{name}");
    server.send("GET", &path, &[], b"").expect(200)
}

#[test]
fn a_schedule_is_made_shown_paused_and_deleted() {
    let server = server();
    server.put_machine("scheduled", &pass()).expect(201);
    let made = server.run(&[
        "schedule",
        "create",
        "e2e-nightly",
        "0 2 * * *",
        "--zone",
        "europe/berlin",
        "--machine",
        "scheduled",
        "--overlap",
        "skip",
        "--input",
        r#"{"n": 1}"#,
    ]);
    made.code(0)
        .says("arn:aws:scheduler:us-east-1:000000000000:schedule/default/e2e-nightly")
        .says("next  ");
    let twice = server.run(&[
        "schedule",
        "create",
        "e2e-nightly",
        "@daily",
        "--machine",
        "scheduled",
    ]);
    assert_ne!(twice.code, 0);
    twice.notes("there is a schedule 'e2e-nightly'");
    let shown = server.run(&["schedule", "show", "e2e-nightly"]);
    shown
        .code(0)
        .says("Europe/Berlin")
        .says("skip")
        .says("machine scheduled")
        .says("next  ");
    let next = server.run(&[
        "schedule",
        "next",
        "e2e-nightly",
        "--count",
        "3",
        "--after",
        "2026-10-24T12:00:00Z",
        "--json",
    ]);
    let next = next.json();
    let due: Vec<&str> = next["items"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|one| one["dueAt"].as_str())
        .collect();
    // 2:00 comes twice on the 25th: the first is in summer time.
    assert_eq!(
        due,
        [
            "2026-10-25T00:00:00.000Z",
            "2026-10-26T01:00:00.000Z",
            "2026-10-27T01:00:00.000Z"
        ]
    );
    let paused = server
        .run(&["schedule", "pause", "e2e-nightly", "--json"])
        .json();
    assert_eq!(paused["definition"]["state"], "DISABLED");
    server
        .run(&["schedule", "list", "--state", "disabled"])
        .code(0)
        .says("e2e-nightly")
        .says("paused");
    server
        .run(&["schedule", "resume", "e2e-nightly"])
        .code(0)
        .says("next  ");
    server.run(&["schedule", "delete", "e2e-nightly"]).code(0);
    server.run(&["schedule", "show", "e2e-nightly"]).code(3);
    for (typed, complaint) in [
        ("61 * * * *", "'61' in its minutes is not 0 to 59"),
        ("rate(5 parsecs)", "seconds, minutes, hours or days"),
        ("@reboot", "@hourly"),
    ] {
        let wrong = server.run(&[
            "schedule",
            "create",
            "e2e-wrong",
            typed,
            "--machine",
            "scheduled",
        ]);
        assert_ne!(wrong.code, 0);
        wrong.notes(complaint);
    }
}

#[test]
fn a_rate_fires_and_a_range_is_filled() {
    let server = server();
    server.put_machine("ticking", &pass()).expect(201);
    let group = server.run(&[
        "schedule",
        "group",
        "create",
        "e2e-group",
        "--tag",
        "team=billing",
    ]);
    group.code(0).says("schedule-group/e2e-group");
    let made = server.run(&[
        "schedule",
        "create",
        "e2e-tick",
        "rate(1 second)",
        "--machine",
        "ticking",
        "--group",
        "e2e-group",
        "--firings",
        "2",
        "--input",
        r#"{"at": "<aws.scheduler.scheduled-time>"}"#,
    ]);
    made.code(0);
    let path = "/v1/schedules/e2e-tick?group=e2e-group";
    let ended = until("it is completed", || {
        let found = server.send("GET", path, &[], b"").expect(200);
        found["progress"]["completedAt"]
            .is_string()
            .then_some(found)
    });
    assert_eq!(ended["progress"]["fired"], 2);
    until("both are listed", || {
        let found = server.pages("/v1/executions?machine=ticking&limit=10");
        (found.len() == 2).then_some(())
    });
    let last = ended["progress"]["last"].clone();
    let path = format!(
        "/v1/executions/{}",
        last["execution"].as_str().expect("an id")
    );
    let execution = server.send("GET", &path, &[], b"").expect(200);
    let due = last["dueAt"].as_str().expect("a time");
    assert_eq!(execution["input"]["at"], format!("{}Z", &due[..19]));
    server
        .run(&["schedule", "group", "delete", "e2e-group"])
        .code(0);
    assert_eq!(
        server.send("GET", path.as_str(), &[], b"").expect(200),
        execution
    );

    server
        .run(&[
            "schedule",
            "create",
            "e2e-fill",
            "0 * * * *",
            "--machine",
            "ticking",
            "--paused",
        ])
        .code(0);
    let filled = server.run(&[
        "schedule",
        "backfill",
        "e2e-fill",
        "--from",
        "2026-01-01T00:00:00Z",
        "--to",
        "2026-01-01T02:59:59Z",
    ]);
    filled.code(0);
    until("the range is filled", || {
        let found = schedule(server, "e2e-fill");
        (found["progress"]["fired"] == 3).then_some(())
    });
    server.run(&["schedule", "delete", "e2e-fill"]).code(0);
}

#[test]
fn a_due_time_is_accepted_once_wherever_the_process_dies() {
    for point in [CrashPoint::BeforeFiring, CrashPoint::AfterFiring] {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("data");
        let server = Server::start_on(&data, &[]);
        server.put_machine("once", &pass()).expect(201);
        let body = json!({"expression": at(10), "target": {"machine": "once"}});
        let json = [("content-type", "application/json")];
        let body = body.to_string();
        server
            .send("PUT", "/v1/schedules/once", &json, body.as_bytes())
            .expect(201);
        assert!(server.terminate().0.success());
        let aim = format!("{point}:1");
        // It may die before it says that it is there.
        if let Ok(mut server) = Server::try_start(&data, &[], &[(CRASH_AT, aim)]) {
            until("it has died", || (!server.is_running()).then_some(()));
        }
        let log = std::fs::read_to_string(data.with_extension("log")).expect("a log");
        assert!(log.contains(&format!("dying at {point}")), "{log}");
        let server = Server::start_on(&data, &[]);
        let fired = until("it has fired", || {
            let found = schedule(&server, "once");
            found["progress"]["completedAt"]
                .is_string()
                .then_some(found)
        });
        assert_eq!(fired["progress"]["fired"], 1, "{point}");
        assert_eq!(fired["progress"]["missed"], 0, "{point}");
        let executions = until("it is listed", || {
            let found = server.pages("/v1/executions?machine=once&limit=10");
            (!found.is_empty()).then_some(found)
        });
        assert_eq!(executions.len(), 1, "{point}");
    }
}
