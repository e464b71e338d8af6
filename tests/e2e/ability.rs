//! What functions do on the platform while they run: what they are granted, in their own account, and nothing else.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::server;
use crate::support::guest;
use crate::support::wait::until;

/// What a function with these grants is answered that asks by a line, with its event as the body.
#[track_caller]
fn asks(name: &str, line: &Value, grants: &[&str], event: &Value) -> Value {
    let settings = json!({"grants": grants, "environment": {"COLOR": "blue"}});
    server().deploy_with(name, &guest::ask(line), &settings);
    server().invoke(name, event).expect(200)
}

/// Checks that nothing is done without the grant, and that the refusal says what helps.
#[track_caller]
fn denied(line: &Value, wanted: &str) {
    // Others of the same kind do not help.
    let grants = [
        "config",
        "tasks",
        "invoke=o",
        "start=o",
        "objects=o",
        "logging",
    ];
    let others: Vec<_> = grants
        .into_iter()
        .filter(|grant| *grant != wanted)
        .collect();
    let name = format!("ask-denied-{}", wanted.replace('=', "-"));
    let answer = asks(&name, line, &others, &json!({}));
    let error = &answer[0]["error"];
    assert_eq!(error["code"], "AccessDenied", "{answer}");
    let message = error["message"].as_str().expect("a text");
    let option = format!("steploom deploy --grant '{wanted}'");
    assert!(message.contains(&option), "{message}");
}

#[test]
fn a_function_invokes_another() {
    server().deploy("ask-echo", guest::ECHO);
    let line = json!({"op": "invoke", "function": "ask-echo"});
    denied(&line, "invoke=ask-echo");
    let granted = ["invoke=ask-echo"];
    let answer = asks("ask-invoke", &line, &granted, &json!({"n": 7}));
    assert_eq!(answer, json!([{"ok": {}}, {"n": 7}]));

    // An error has the name and the cause that a machine would see.
    server().deploy("ask-fail", guest::FAIL);
    let line = json!({"op": "invoke", "function": "ask-fail"});
    let event = json!({"errorType": "Shop.Empty", "errorMessage": "nothing left"});
    let answer = asks("ask-invoke-fail", &line, &["invoke=*"], &event);
    let error = json!({"code": "Shop.Empty", "message": "nothing left"});
    assert_eq!(answer, json!([{"error": error}, null]));

    let line = json!({"op": "invoke", "function": "ask-nobody"});
    let answer = asks("ask-invoke-nobody", &line, &["invoke=*"], &json!({}));
    assert_eq!(answer[0]["error"]["code"], "FunctionNotFound", "{answer}");

    let line = json!({"op": "invoke", "function": "ask-echo:prod"});
    let answer = asks("ask-invoke-alias", &line, &granted, &json!({}));
    assert_eq!(answer[0]["error"]["code"], "FunctionNotFound", "{answer}");
    let answer = asks(
        "ask-invoke-alias",
        &line,
        &["invoke=ask-echo:test"],
        &json!({}),
    );
    assert_eq!(answer[0]["error"]["code"], "AccessDenied", "{answer}");
}

#[test]
fn a_chain_of_functions_is_eight_deep_at_the_most() {
    let line = json!({"op": "invoke", "function": "ask-deep"});
    let mut answer = &asks("ask-deep", &line, &["invoke=ask-deep"], &json!({}));
    let mut functions = 1;
    while answer[0] == json!({"ok": {}}) {
        answer = &answer[1];
        functions += 1;
    }
    assert_eq!(answer[0]["error"]["code"], "CallTooDeep", "{answer}");
    assert_eq!(functions, 8);
}

#[test]
fn who_is_invoked_ends_with_who_invokes() {
    let endless = json!({"timeoutMs": 600_000, "fuelMax": 5_000_000_000_000_u64});
    server().deploy_with("ask-endless", guest::SPIN, &endless);
    let line = json!({"op": "invoke", "function": "ask-endless"});
    let settings = json!({"grants": ["invoke=ask-endless"], "timeoutMs": 300});
    server().deploy_with("ask-patient", &guest::ask(&line), &settings);
    let began = Instant::now();
    let failed = server().invoke("ask-patient", &json!({}));
    let problem = failed.problem(504, "FunctionFailed");
    assert_eq!(problem["error"], "States.Timeout", "{problem}");
    assert!(began.elapsed() < Duration::from_mins(1));
}

#[test]
fn a_function_starts_executions() {
    let echo = json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}});
    server().put_machine("ask-machine", &echo).expect(201);
    let line = json!({"op": "start", "machine": "ask-machine", "name": "first"});
    denied(&line, "start=ask-machine");
    let granted = ["start=ask-machine"];
    let answer = asks("ask-start", &line, &granted, &json!({"n": 7}));
    let started = &answer[0]["ok"];
    assert_eq!(started["name"], "first", "{answer}");
    assert_eq!(started["machine"], "ask-machine");
    let ended = server().ended(started["id"].as_str().expect("an id"));
    assert_eq!(ended["output"], json!({"n": 7}));

    // The name makes it idempotent, as over the API.
    let again = server().invoke("ask-start", &json!({"n": 8})).expect(200);
    let error = &again[0]["error"];
    assert_eq!(error["code"], "ExecutionAlreadyExists", "{again}");
}

#[test]
fn a_function_ends_tasks() {
    let keeper = json!({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}});
    server().put_machine("ask-keeper", &keeper).expect(201);
    let waits = json!({"StartAt": "T", "States": {"T": {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.waitForTaskToken",
        "Parameters": {
            "StateMachineArn": "ask-keeper",
            "Name.$": "$$.Execution.Name",
            "Input": {"token.$": "$$.Task.Token"},
        },
        "End": true,
    }}});
    server().put_machine("ask-waits", &waits).expect(201);
    let begin = |name: &str| {
        let start = json!({"machine": "ask-waits", "name": name});
        let id = server().start_execution(&start);
        let kept = until("the token is there", || {
            let found =
                server().pages("/v1/executions?machine=ask-keeper&status=SUCCEEDED&limit=10");
            found.into_iter().find(|one| one["name"] == name)
        });
        let kept = server().ended(kept["id"].as_str().expect("an id"));
        (id, kept["input"]["token"].clone())
    };
    let (good, token) = begin("good");
    let line = json!({"op": "succeed", "token": token});
    denied(&line, "tasks");
    let beats = json!({"op": "heartbeat", "token": token});
    let done = json!([{"ok": {}}, null]);
    assert_eq!(asks("ask-beats", &beats, &["tasks"], &json!({})), done);
    assert_eq!(asks("ask-succeeds", &line, &["tasks"], &json!([1])), done);
    assert_eq!(server().ended(&good)["output"], json!([1]));
    let late = server().invoke("ask-succeeds", &json!({})).expect(200);
    assert_eq!(late[0]["error"]["code"], "TaskTimedOut", "{late}");

    let (bad, token) = begin("bad");
    let line = json!({"op": "fail", "token": token, "error": "Late", "cause": "too late"});
    assert_eq!(asks("ask-fails", &line, &["tasks"], &json!({})), done);
    let ended = server().ended(&bad);
    assert_eq!(
        (&ended["error"], &ended["cause"]),
        (&json!("Late"), &json!("too late"))
    );
}

#[test]
fn a_function_reads_and_writes_objects_of_its_bucket() {
    for bucket in ["ask-bucket", "ask-other"] {
        server()
            .send("PUT", &format!("/v1/buckets/{bucket}"), &[], b"")
            .expect(201);
    }
    let granted = ["objects=ask-bucket"];
    let op = |op: &str, key: &str| json!({"op": op, "bucket": "ask-bucket", "key": key});
    let done = json!([{"ok": {}}, null]);
    let mut line = op("write", "a/1");
    denied(&line, "objects=ask-bucket");
    line["contentType"] = "application/json".into();
    assert_eq!(asks("ask-write", &line, &granted, &json!({"n": 7})), done);
    let there = server().get("/v1/buckets/ask-bucket/objects/a%2F1");
    assert_eq!(there.expect(200), json!({"n": 7}));
    assert_eq!(there.header("content-type"), Some("application/json"));

    let answer = asks("ask-read", &op("read", "a/1"), &granted, &json!({}));
    let about = json!({"contentType": "application/json", "sizeBytes": 7});
    assert_eq!(answer, json!([{"ok": about}, {"n": 7}]));
    let answer = asks("ask-read", &op("read", "a/2"), &granted, &json!({}));
    assert_eq!(answer[0]["error"]["code"], "ObjectNotFound", "{answer}");

    let list = json!({"op": "list", "bucket": "ask-bucket", "prefix": "a/"});
    let answer = asks("ask-list", &list, &granted, &json!({}));
    assert_eq!(answer[0]["ok"], json!({"keys": ["a/1"]}));
    let behind = json!({"op": "list", "bucket": "ask-bucket", "after": "a/1"});
    let answer = asks("ask-list", &behind, &granted, &json!({}));
    assert_eq!(answer[0]["ok"], json!({"keys": []}));

    assert_eq!(
        asks("ask-remove", &op("remove", "a/1"), &granted, &json!({})),
        done
    );
    server()
        .get("/v1/buckets/ask-bucket/objects/a%2F1")
        .problem(404, "ObjectNotFound");
}

/// Keeps the event as the object "k", and answers what it reads there from its second byte on.
const KEEP: &str = "
    (br_if $end (call $open))
    (local.set $value (call $new))
    (call $body (local.get $value) (i32.const 16))
    (local.set $stream (call $given))
    (br_if $end (call $put (local.get $value)))
    (drop (call $write (local.get $stream) (local.get $at) (local.get $len)))
    (call $drop-out (local.get $stream))
    (br_if $end (call $finish (local.get $value)))
    (br_if $end (call $get (i64.const 1) (i64.const -1)))
    (call $whole' (call $given) (i32.const 16))
    (call $say (i32.load (i32.const 20)) (i32.load (i32.const 24)))";
/// Answers how many bytes of the object "k" there are in a range.
const SIZE: &str = "
    (br_if $end (call $open))
    (br_if $end (call $get (i64.const START) (i64.const -1)))
    (call $tell (call $size (call $given)))";
/// Copies the object "k" to the bucket that the event names.
const COPY: &str = "
    (call $copy' (i32.const 256) (i32.const LENGTH) (i32.const 512) (i32.const 1)
      (i32.add (local.get $at) (i32.const 1)) (i32.sub (local.get $len) (i32.const 2))
      (i32.const 512) (i32.const 1) (i32.const 16))
    (br_if $end (call $refused (i32.const 20)))
    (call $tell (i64.const 1))";

#[test]
fn a_component_reads_and_writes_objects_of_its_bucket() {
    for bucket in ["ask-blobs", "ask-copies"] {
        let path = format!("/v1/buckets/{bucket}");
        server().send("PUT", &path, &[], b"").expect(201);
    }
    let keep = guest::objects("ask-blobs", KEEP);
    let put = server().put_form("ask-keep", &guest::wasm(&keep), &json!({}));
    let problem = put.problem(400, "InvalidModule").to_string();
    assert!(
        problem.contains("steploom deploy --grant objects=BUCKET"),
        "{problem}"
    );
    let granted = json!({"grants": ["objects=ask-blobs"]});
    server().deploy_with("ask-keep", &keep, &granted);
    let answer = server().invoke("ask-keep", &json!(12)).expect(200);
    assert_eq!(answer, json!(2));
    let object = |bucket: &str| server().get(&format!("/v1/buckets/{bucket}/objects/k"));
    assert_eq!(object("ask-blobs").expect(200), json!(12));

    // Another bucket is another grant.
    let keep = guest::objects("ask-copies", KEEP);
    server().deploy_with("ask-keep-other", &keep, &granted);
    let denied = "AccessDenied: the function is not granted 'objects=ask-copies'; its owner can grant it: steploom deploy --grant 'objects=ask-copies'";
    fails("ask-keep-other", &json!(12), denied);

    // A copy takes both, and has what is said of the object.
    let text = [("content-type", "text/plain")];
    let path = "/v1/buckets/ask-blobs/objects/k";
    server().send("PUT", path, &text, b"words").expect(200);
    let copy = guest::objects("ask-blobs", COPY);
    server().deploy_with("ask-copy", &copy, &granted);
    fails("ask-copy", &json!("ask-copies"), denied);
    object("ask-copies").problem(404, "ObjectNotFound");
    let both = json!({"grants": ["objects=ask-blobs", "objects=ask-copies"]});
    server().deploy_with("ask-copy", &copy, &both);
    let to = json!("ask-copies");
    server().invoke("ask-copy", &to).expect(200);
    let copied = object("ask-copies");
    assert_eq!(copied.text(), "words");
    assert_eq!(copied.header("content-type"), Some("text/plain"));

    // What is too large to be read at once is read in parts.
    let large = vec![7; 17 * 1024 * 1024];
    server().send("PUT", path, &[], &large).expect(200);
    for (name, start) in [("ask-whole", "0"), ("ask-part", "17825790")] {
        let size = guest::objects("ask-blobs", &SIZE.replace("START", start));
        server().deploy_with(name, &size, &granted);
    }
    fails(
        "ask-whole",
        &json!({}),
        "ObjectTooLarge: the object has 17825792 bytes; a function reads 16777216 at once",
    );
    let answer = server().invoke("ask-part", &json!({})).expect(200);
    assert_eq!(answer, json!(2));
    let none = guest::objects("ask-nothing", KEEP);
    let granted = json!({"grants": ["objects=ask-nothing"]});
    server().deploy_with("ask-keep", &none, &granted);
    fails(
        "ask-keep",
        &json!(12),
        "BucketNotFound: there is no bucket 'ask-nothing'",
    );
}

/// Checks that a function fails for this reason.
#[track_caller]
fn fails(name: &str, event: &Value, cause: &str) {
    let failed = server().invoke(name, event);
    let problem = failed.problem(502, "FunctionFailed");
    assert_eq!(problem["error"], "Function.Failed", "{problem}");
    assert!(problem.to_string().contains(cause), "{problem}");
}

#[test]
fn a_function_reads_its_own_variables() {
    let line = json!({"op": "config", "key": "COLOR"});
    denied(&line, "config");
    let answer = asks("ask-config", &line, &["config"], &json!({}));
    assert_eq!(answer, json!([{"ok": {"value": "blue"}}, null]));
    let line = json!({"op": "config", "key": "STEPLOOM_FUNCTION"});
    let answer = asks("ask-config", &line, &["config"], &json!({}));
    assert_eq!(answer, json!([{"ok": {}}, null]));
}

#[test]
fn grants_are_checked_when_they_are_put() {
    let module = guest::wasm(guest::ECHO);
    let put = server().put_form("ask-bad", &module, &json!({"grants": ["invoke=a b"]}));
    let problem = put.problem(400, "InvalidBody");
    assert!(
        problem.to_string().contains("has the character ' '"),
        "{problem}"
    );
    let many: Vec<_> = (0..65).map(|n| format!("objects=b{n}")).collect();
    let put = server().put_form("ask-bad", &module, &json!({"grants": many}));
    let problem = put.problem(400, "InvalidSettings");
    assert_eq!(problem["problems"][0]["path"], "/grants", "{problem}");
}

#[test]
fn grants_come_from_the_command_line_and_from_the_project() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("f.wasm");
    fs::write(&file, guest::wasm(guest::ECHO)).expect("writes");
    let manifest =
        "name = \"ask-project\"\nmodule = \"f.wasm\"\ngrants = [\"config\", \"objects=photos\"]\n";
    fs::write(folder.path().join("steploom.toml"), manifest).expect("writes");
    let path = folder.path().display().to_string();
    let deploy = ["deploy", &path, "--grant", "start=*", "--grant", "config"];
    server().run(&deploy).ok();
    let shown = server().get("/v1/functions/ask-project").expect(200);
    let grants = &shown["latest"]["settings"]["grants"];
    assert_eq!(grants, &json!(["start=*", "config", "objects=photos"]));
    server()
        .run(&["function", "show", "ask-project"])
        .says("objects=photos");
    let refused = server().run(&["deploy", &path, "--grant", "objects"]);
    refused.code(2).notes("needs a name: objects=NAME");
}

#[test]
fn a_function_keeps_values_in_its_store() {
    let granted = ["keyvalue=ask-store"];
    let op = |op: &str, key: &str| json!({"op": op, "store": "ask-store", "key": key});
    let done = json!([{"ok": {}}, null]);
    denied(&op("get", "k"), "keyvalue=ask-store");
    assert_eq!(
        asks("ask-set", &op("set", "k"), &granted, &json!({"n": 7})),
        done
    );
    let answer = asks("ask-get", &op("get", "k"), &granted, &json!({}));
    assert_eq!(answer, json!([{"ok": {}}, {"n": 7}]));
    let answer = asks("ask-get", &op("get", "none"), &granted, &json!({}));
    assert_eq!(answer[0]["error"]["code"], "KeyNotFound", "{answer}");
    for sum in [1, 2] {
        let answer = asks("ask-add", &op("increment", "n"), &granted, &json!({}));
        assert_eq!(answer[0], json!({"ok": {"value": sum}}));
    }
    let list = json!({"op": "keys", "store": "ask-store"});
    let answer = asks("ask-keys", &list, &granted, &json!({}));
    assert_eq!(answer[0], json!({"ok": {"keys": ["k", "n"]}}));
    assert_eq!(
        asks("ask-delete", &op("delete", "k"), &granted, &json!({})),
        done
    );
    let answer = asks("ask-keys", &list, &granted, &json!({}));
    assert_eq!(answer[0], json!({"ok": {"keys": ["n"]}}));
}
