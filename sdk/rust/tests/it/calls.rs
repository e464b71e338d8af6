//! Every call, there and back.

use steploom_sdk::{Json, Name, PutFunction, Timestamp, wire};

use crate::serve::front;

const MODULE: &[u8] = b"\0asm\x01\0\0\0";

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

#[tokio::test]
async fn functions() {
    let (world, client) = front().await;
    let count = name("count");
    let module = || PutFunction {
        code: MODULE.into(),
        ..PutFunction::default()
    };
    let first = client.put_function(&count, module()).await.unwrap();
    assert_eq!(first.latest.version, 1);
    let settings = wire::FunctionSettings {
        timeout_ms: 500,
        ..wire::FunctionSettings::default()
    };
    let with_settings = PutFunction {
        settings: Some(settings.clone()),
        ..module()
    };
    let second = client.put_function(&count, with_settings).await.unwrap();
    assert_eq!(second.latest.version, 2);
    assert_eq!(second.latest.settings, settings);
    assert_eq!(world.state().puts[1].code, MODULE);

    let create_only = PutFunction {
        create_only: true,
        ..module()
    };
    let exists = client.put_function(&count, create_only).await.unwrap_err();
    assert_eq!(exists.problem().unwrap().code, "FunctionExists");

    assert_eq!(client.get_function(&count).await.unwrap(), second);
    let versions = client.function_versions(&count).await.unwrap();
    assert_eq!(versions.items.len(), 2);
    client.put_function(&name("other"), module()).await.unwrap();
    let mut page = wire::Page {
        limit: Some(1),
        next: None,
    };
    let one = client.list_functions(&page).await.unwrap();
    page.next = one.next;
    let two = client.list_functions(&page).await.unwrap();
    assert_eq!(two.items[0].name, name("other"));

    client.delete_function(&count).await.unwrap();
    let absent = client.get_function(&count).await.unwrap_err();
    assert_eq!(absent.problem().unwrap().code, "FunctionNotFound");
}

#[tokio::test]
async fn invocations() {
    let (_world, client) = front().await;
    let event = Json::parse(r#"{"a": [1, 2.50]}"#).unwrap();
    let newest = wire::InvokeFunction::default();
    let answer = client.invoke(&name("echo"), &event, &newest).await.unwrap();
    assert_eq!(answer.result.text(), event.text());
    assert_eq!((answer.version, answer.duration_us), (3, 42));
    assert_eq!(answer.fuel_used, 99);
    assert_eq!(answer.request_id, "invocation-1");

    let qualified = wire::InvokeFunction {
        qualifier: Some("a b&c".into()),
    };
    let echoed = client.invoke(&name("qualified"), &event, &qualified).await;
    assert_eq!(echoed.unwrap().result.text(), "\"a b&c\"");

    let failed = client.invoke(&name("fail"), &event, &newest).await;
    let failed = failed.unwrap_err();
    assert_eq!(failed.problem().unwrap().error.as_deref(), Some("Oops"));
    assert!(failed.to_string().contains("it went wrong"), "{failed}");

    let named = wire::InvokeFunctionAsync {
        name: Some(name("monday")),
        qualifier: None,
    };
    let later = client.invoke_async(&name("echo"), &event, &named).await;
    let later = later.unwrap().summary;
    let found = client
        .get_execution_by_name(&later.machine, &later.name)
        .await;
    assert_eq!(found.unwrap().summary.id, later.id);
}

#[tokio::test]
async fn logs() {
    let (world, client) = front().await;
    world.state().logs.push(wire::LogLine {
        timestamp: Timestamp::from_millis(1_700_000_000_000),
        request_id: "r1".into(),
        version: 1,
        source: wire::LogSource::Function,
        message: "hello".into(),
    });
    let mut query = wire::QueryLogs {
        since: Some(Timestamp::from_millis(1_700_000_000_000)),
        ..wire::QueryLogs::default()
    };
    let page = client.logs(&name("echo"), &query).await.unwrap();
    assert_eq!(page.items[0].message, "hello");
    query.request_id = Some("r2".into());
    let none = client.logs(&name("echo"), &query).await.unwrap();
    assert!(none.items.is_empty());
}

#[tokio::test]
async fn machines() {
    let (_world, client) = front().await;
    let machine = name("word-count");
    let definition = r#"{"StartAt": "A", "States": {}}"#;
    let put = client
        .put_machine(&machine, definition, true)
        .await
        .unwrap();
    assert_eq!(put.summary.latest.version, 1);
    let other = r#"{"StartAt": "B", "States": {}}"#;
    let exists = client.put_machine(&machine, other, true).await.unwrap_err();
    assert_eq!(exists.problem().unwrap().code, "MachineExists");
    let wrong = client.put_machine(&machine, "{}", false).await.unwrap_err();
    assert!(
        wrong.to_string().contains("/StartAt: StartAt is missing"),
        "{wrong}"
    );

    assert!(client.validate_machine(definition).await.unwrap().valid);
    assert_eq!(client.get_machine(&machine).await.unwrap(), put);
    let list = client.list_machines(&wire::Page::default()).await.unwrap();
    assert_eq!(list.items, [put.summary]);
    let versions = client.machine_versions(&machine).await.unwrap();
    assert_eq!(versions.items.len(), 1);
    client.delete_machine(&machine).await.unwrap();
    assert!(client.get_machine(&machine).await.is_err());
}

#[tokio::test]
async fn releases_and_aliases() {
    let (_world, client) = front().await;
    let (machine, prod) = (name("m"), name("prod"));
    let put = async |start: &str| {
        let definition = format!(r#"{{"StartAt": "{start}", "States": {{}}}}"#);
        client.put_machine(&machine, &definition, false).await
    };
    put("A").await.unwrap();
    let publish = wire::PublishMachine {
        description: Some("the first".into()),
        revision: None,
    };
    let (first, is_new) = client.publish_machine(&machine, &publish).await.unwrap();
    assert!(is_new);
    assert_eq!(first.description, publish.description);
    let again = client.publish_machine(&machine, &publish).await.unwrap();
    assert_eq!(again, (first.clone(), false));
    put("B").await.unwrap();
    let (second, _) = client.publish_machine(&machine, &publish).await.unwrap();
    let releases = client.list_releases(&machine).await.unwrap();
    assert_eq!(releases.items, [second.clone(), first.clone()]);
    let found = client.get_release(&machine, first.number).await.unwrap();
    assert_eq!(found, first);
    let definition = client.machine_definition(&machine, first.version).await;
    assert_eq!(definition.unwrap().definition.value()["StartAt"], "A");

    let put = wire::PutAlias {
        description: None,
        routes: vec![wire::AliasRoute {
            release: second.number,
            weight: 100,
        }],
    };
    let (alias, is_new) = client.put_alias(&machine, &prod, &put, true).await.unwrap();
    assert!(is_new);
    assert_eq!(alias.routes, put.routes);
    let there = client.put_alias(&machine, &prod, &put, true).await;
    assert_eq!(there.unwrap_err().problem().unwrap().code, "AliasExists");
    let (_, is_new) = client
        .put_alias(&machine, &prod, &put, false)
        .await
        .unwrap();
    assert!(!is_new);
    assert_eq!(client.get_alias(&machine, &prod).await.unwrap(), alias);
    let aliases = client.list_aliases(&machine).await.unwrap();
    assert_eq!(aliases.items, [alias]);
    client.delete_alias(&machine, &prod).await.unwrap();
    assert!(client.get_alias(&machine, &prod).await.is_err());
    client.delete_release(&machine, first.number).await.unwrap();
    let gone = client.get_release(&machine, first.number).await;
    assert_eq!(gone.unwrap_err().problem().unwrap().code, "ReleaseNotFound");
}

#[tokio::test]
async fn what_a_function_has_besides_its_versions() {
    let (_world, client) = front().await;
    let (function, prod) = (name("count"), name("prod"));
    let put = PutFunction {
        code: MODULE.into(),
        ..PutFunction::default()
    };
    client.put_function(&function, put).await.unwrap();
    let publish = wire::PublishFunction::default();
    let published = client.publish_function(&function, &publish).await;
    let (release, is_new) = published.unwrap();
    assert!(is_new);
    let releases = client.list_function_releases(&function).await.unwrap();
    assert_eq!(releases.items, std::slice::from_ref(&release));
    let found = client.get_function_release(&function, release.number).await;
    assert_eq!(found.unwrap(), release);

    let set = wire::SetFunctionAlias {
        release: Some(release.number),
        ..wire::SetFunctionAlias::default()
    };
    let made = client
        .put_function_alias(&function, &prod, &set, true)
        .await;
    let (alias, is_new) = made.unwrap();
    assert!(is_new && alias.release == set.release);
    let there = client
        .put_function_alias(&function, &prod, &set, true)
        .await;
    assert_eq!(there.unwrap_err().problem().unwrap().code, "AliasExists");
    let found = client.get_function_alias(&function, &prod).await;
    assert_eq!(found.unwrap(), alias);
    let aliases = client.list_function_aliases(&function).await.unwrap();
    assert_eq!(aliases.items, [alias]);

    let change = wire::ChangeTags {
        set: [("team".to_owned(), "blue".to_owned())].into(),
        remove: Vec::new(),
    };
    let tags = client.change_function_tags(&function, &change).await;
    assert_eq!(tags.unwrap().tags, change.set);
    let tags = client.function_tags(&function).await.unwrap();
    assert_eq!(tags.tags, change.set);

    let of_prod = wire::OfQualifier {
        qualifier: Some("prod".to_owned()),
    };
    let set = wire::SetEvents {
        max_retries: Some(1),
        ..wire::SetEvents::default()
    };
    let said = client.put_function_events(&function, &of_prod, &set).await;
    let events = client.function_events(&function).await.unwrap();
    assert_eq!(events.items["prod"], said.unwrap());
    let cleared = client.delete_function_events(&function, &of_prod).await;
    cleared.unwrap();

    let of_prod = wire::OfAlias { alias: Some(prod) };
    let set = wire::SetUrl::default();
    let address = client.put_function_url(&function, &of_prod, &set).await;
    let addresses = client.function_urls(&function).await.unwrap();
    assert_eq!(addresses.items["prod"], address.unwrap());
    let deleted = client.delete_function_url(&function, &of_prod).await;
    deleted.unwrap();
    let gone = client.delete_function_url(&function, &of_prod).await;
    assert_eq!(gone.unwrap_err().problem().unwrap().code, "UrlNotFound");

    let alias = &of_prod.alias.unwrap();
    client
        .delete_function_alias(&function, alias)
        .await
        .unwrap();
    let deleted = client.delete_function_release(&function, release.number);
    deleted.await.unwrap();
}

#[tokio::test]
async fn settings_types_and_tags() {
    let (_world, client) = front().await;
    let machine = name("quick");
    let definition = r#"{"StartAt": "A", "States": {}}"#;
    let express = wire::MachineType::Express;
    let made = client.put_machine_of_type(&machine, definition, express, true);
    assert_eq!(made.await.unwrap().summary.machine_type, express);
    let standard = wire::MachineType::Standard;
    let fixed = client.put_machine_of_type(&machine, definition, standard, false);
    let fixed = fixed.await.unwrap_err();
    assert_eq!(fixed.problem().unwrap().code, "MachineTypeFixed");

    let settings = wire::MachineSettings {
        machine_type: express,
        role: Some("arn:aws:iam::1:role/r".into()),
        ..wire::MachineSettings::default()
    };
    let put = client.put_machine_settings(&machine, &settings).await;
    assert_eq!(put.unwrap().settings, settings);
    let shown = client.machine_settings(&machine).await.unwrap();
    assert_eq!(shown.settings, settings);

    client.put_activity(&machine).await.unwrap();
    let change = wire::ChangeTags {
        set: [("team".to_owned(), "red".to_owned())].into(),
        remove: vec!["draft".into()],
    };
    let changed = client.change_machine_tags(&machine, &change).await.unwrap();
    assert_eq!(changed.tags, change.set);
    assert_eq!(client.machine_tags(&machine).await.unwrap(), changed);
    let changed = client.change_activity_tags(&machine, &change).await;
    assert_eq!(changed.unwrap().tags, change.set);
    let tags = client.activity_tags(&machine).await.unwrap();
    assert_eq!(tags.tags, change.set);
}

#[tokio::test]
async fn executions() {
    let (_world, client) = front().await;
    let start = wire::StartExecution {
        version: None,
        name: Some(name("monday")),
        input: Json::parse("[1]").unwrap(),
        ..wire::StartExecution::new(name("m"))
    };
    let started = client.start_execution(&start).await.unwrap();
    assert!(started.is_new);
    let again = client.start_execution(&start).await.unwrap();
    assert!(!again.is_new);
    assert_eq!(again.execution, started.execution);

    let other = wire::StartExecution {
        input: Json::null(),
        ..start.clone()
    };
    let batch = client.start_executions(&[start, other]).await.unwrap();
    let [
        wire::StartAnswer::Accepted { execution, is_new },
        wire::StartAnswer::Refused { error },
    ] = &batch[..]
    else {
        panic!("{batch:?}")
    };
    assert!(!is_new);
    assert_eq!(*execution, started.execution.summary);
    assert_eq!(
        (error.status, &*error.code),
        (409, "ExecutionAlreadyExists")
    );

    let id = started.execution.summary.id;
    assert_eq!(client.get_execution(id).await.unwrap(), started.execution);
    let running = wire::ListExecutions {
        machine: Some("m".parse().unwrap()),
        status: Some(wire::ExecutionStatus::Running),
        name_prefix: Some("mon".into()),
        ..wire::ListExecutions::default()
    };
    let page = client.list_executions(&running).await.unwrap();
    assert_eq!(page.items.len(), 1);
    let history = client.history(id, &wire::PageHistory::default()).await;
    assert_eq!(history.unwrap().items[0].kind, "ExecutionStarted");

    let runs = client.list_map_runs(id).await.unwrap().items;
    let number = runs[0].number;
    assert_eq!(client.get_map_run(id, number).await.unwrap(), runs[0]);
    let update = wire::UpdateMapRun {
        max_concurrency: Some(7),
        ..wire::UpdateMapRun::default()
    };
    let changed = client.update_map_run(id, number, &update).await.unwrap();
    assert_eq!(changed.max_concurrency, 7);
    let stopped = client.stop_map_run(id, number).await.unwrap();
    assert_eq!(stopped.status, wire::MapRunStatus::Aborted);

    let stop = wire::StopExecution {
        error: Some("Cancelled".into()),
        cause: None,
    };
    let stopped = client.stop_execution(id, &stop).await.unwrap();
    assert_eq!(stopped.summary.status, wire::ExecutionStatus::Aborted);
    assert_eq!(stopped.error.as_deref(), Some("Cancelled"));
}

#[tokio::test]
async fn the_process() {
    let (world, client) = front().await;
    let index = client.index().await.unwrap();
    assert_eq!((&*index.name, &*index.version), ("Steploom", "1.2.3"));
    assert!(client.metrics().await.unwrap().contains("steploom_up 1"));
    client.ready().await.unwrap();
    world.state().not_ready = Some("shard 3".into());
    let missing = client.ready().await.unwrap_err();
    assert_eq!(missing.problem().unwrap().title, "shard 3");
}

#[tokio::test]
async fn values_by_key() {
    let (_world, client) = front().await;
    let (store, key) = (name("s"), "a/\u{fc} ?#%2F");
    let value = bytes::Bytes::from_static(&[0, 159, 255]);
    client.put_value(&store, key, value.clone()).await.unwrap();
    assert_eq!(client.get_value(&store, key).await.unwrap(), value);
    let sum = client.increment_value(&store, "n", -2).await.unwrap();
    assert_eq!(sum.value, -2);
    let list = wire::ListStoreKeys {
        limit: Some(1),
        ..wire::ListStoreKeys::default()
    };
    let page = client.list_store_keys(&store, &list).await.unwrap();
    assert_eq!(page.keys, [key]);
    let list = wire::ListStoreKeys {
        after: page.next,
        ..wire::ListStoreKeys::default()
    };
    let rest = client.list_store_keys(&store, &list).await.unwrap();
    assert_eq!(rest.keys, ["n"]);
    client.delete_value(&store, key).await.unwrap();
    let gone = client.get_value(&store, key).await.unwrap_err();
    assert_eq!(gone.problem().unwrap().code, "KeyNotFound");
}
