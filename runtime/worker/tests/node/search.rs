//! Executions are found by what is known of them, and counted.

use serde_json::json;
use steploom_api::wire::{
    CountExecutions, ExecutionStatus as Status, ListExecutions, StartExecution,
};
use steploom_types::{AccountId, Json, Result, Timestamp};

use crate::node::Node;

const CHECK: &str = r#"{"StartAt": "C", "States": {
    "C": {"Type": "Choice", "Default": "S", "Choices": [
        {"Variable": "$.error", "IsPresent": true, "Next": "F"}]},
    "S": {"Type": "Succeed"},
    "F": {"Type": "Fail", "ErrorPath": "$.error", "Cause": "as asked"}}}"#;
const WAIT: &str =
    r#"{"StartAt": "W", "States": {"W": {"Type": "Wait", "Seconds": 360000, "End": true}}}"#;

const HOUR_MS: i64 = 3_600_000;
const NOON: i64 = 1_700_000_000_000;

/// Four executions, an hour between each, and one that goes on.
async fn orders() -> Node {
    let node = Node::start().await;
    node.machine("check", CHECK).await;
    node.machine("wait", WAIT).await;
    start(&node, "check", "order-1", "42", json!({})).await;
    let refused = json!({"error": "Payment.Refused"});
    start(&node, "check", "order-2", "42", refused.clone()).await;
    start(&node, "check", "order-3", "43", refused).await;
    let lost = json!({"error": "Parcel.Lost"});
    start(&node, "check", "parcel-1", "43", lost).await;
    start(&node, "wait", "order-4", "42", json!({})).await;
    node.listed("check", Status::Succeeded, 1).await;
    node.listed("check", Status::Failed, 3).await;
    node.listed("wait", Status::Running, 1).await;
    node
}

async fn start(node: &Node, machine: &str, name: &str, customer: &str, input: serde_json::Value) {
    let start = StartExecution {
        name: Some(name.parse().unwrap()),
        input: Json::from(input),
        tags: [("customer".to_owned(), customer.to_owned())].into(),
        ..StartExecution::new(machine.parse().unwrap())
    };
    let executions = node.ports().executions;
    executions.start(AccountId::LOCAL, start).await.unwrap();
    node.clock.advance_ms(HOUR_MS);
}

async fn names(node: &Node, list: ListExecutions) -> Result<Vec<String>> {
    let executions = node.ports().executions;
    let page = executions.list(AccountId::LOCAL, list).await?;
    assert_eq!(page.next, None);
    Ok(page.items.iter().map(|e| e.name.to_string()).collect())
}

fn hour(n: i64) -> Timestamp {
    Timestamp::from_millis(NOON + n * HOUR_MS)
}

#[tokio::test]
async fn a_list_is_narrowed_by_tag_error_time_and_name() {
    let node = orders().await;
    let all = ListExecutions::default;
    let cases = [
        (
            ListExecutions {
                tag: Some("customer=42".into()),
                ..all()
            },
            vec!["order-4", "order-2", "order-1"],
        ),
        (
            ListExecutions {
                tag: Some("customer=4".into()),
                ..all()
            },
            vec![],
        ),
        (
            ListExecutions {
                error: Some("Payment.Refused".into()),
                ..all()
            },
            vec!["order-3", "order-2"],
        ),
        // From the first instant, and up to the last one without it.
        (
            ListExecutions {
                since: Some(hour(1)),
                until: Some(hour(3)),
                ..all()
            },
            vec!["order-3", "order-2"],
        ),
        (
            ListExecutions {
                since: Some(hour(4)),
                ..all()
            },
            vec!["order-4"],
        ),
        (
            ListExecutions {
                until: Some(hour(1)),
                ..all()
            },
            vec!["order-1"],
        ),
        (
            ListExecutions {
                name_prefix: Some("par".into()),
                ..all()
            },
            vec!["parcel-1"],
        ),
        // All of them must be so.
        (
            ListExecutions {
                tag: Some("customer=42".into()),
                error: Some("Payment.Refused".into()),
                name_prefix: Some("order-".into()),
                until: Some(hour(4)),
                ..all()
            },
            vec!["order-2"],
        ),
    ];
    for (list, expected) in cases {
        assert_eq!(
            names(&node, list.clone()).await.unwrap(),
            expected,
            "{list:?}"
        );
    }
    let no_value = ListExecutions {
        tag: Some("customer".into()),
        ..all()
    };
    assert_eq!(names(&node, no_value).await.unwrap_err().code, "InvalidTag");
}

#[tokio::test]
async fn executions_are_counted_by_machine_and_status() {
    let node = orders().await;
    let counted = async |machine: Option<&str>| {
        let machine = machine.map(|name| name.parse().unwrap());
        let executions = node.ports().executions;
        let counts = executions.counts(AccountId::LOCAL, CountExecutions { machine });
        let mut items: Vec<_> = (counts.await.unwrap().items.into_iter())
            .map(|item| {
                (
                    item.machine.to_string(),
                    format!("{:?}", item.status),
                    item.count,
                )
            })
            .collect();
        items.sort();
        items
    };
    let failed = ("check".to_owned(), "Failed".to_owned(), 3);
    let succeeded = ("check".to_owned(), "Succeeded".to_owned(), 1);
    let running = ("wait".to_owned(), "Running".to_owned(), 1);
    let all = [failed.clone(), succeeded.clone(), running.clone()];
    assert_eq!(counted(None).await, all);
    assert_eq!(counted(Some("check")).await, [failed, succeeded]);
    assert_eq!(counted(Some("wait")).await, [running]);
    assert_eq!(counted(Some("nobody")).await, []);
}
