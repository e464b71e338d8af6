//! Which indexes the projection's questions use: none may read a table from end to end.

use sqlx::Row as _;

use super::*;

async fn plan(file: &mut SqliteConnection, sql: &'static str) -> Vec<String> {
    let steps = sqlx::query(sql).fetch_all(file).await.unwrap();
    let steps = steps.iter().map(|step| step.get::<String, _>("detail"));
    steps.collect()
}

#[tokio::test]
async fn questions_search_an_index() {
    let files = Files::new();
    drop(files.open().await.unwrap());
    let mut file = raw(&files.dir.path().join("projection.db")).await;
    let list = plan(
        &mut file,
        "EXPLAIN QUERY PLAN SELECT started_at, id FROM execution INDEXED BY execution_by_status
         WHERE machine = 1 AND status = 1 AND (started_at, id) < (9, x'00')
         AND (started_at, id) > (1, x'00') AND (substr(name, 1, 1) = 'a' OR name IS NULL
         AND id BETWEEN x'00' AND x'01') ORDER BY started_at DESC, id DESC LIMIT 9",
    )
    .await;
    let list = list.join("; ");
    assert!(list.contains("COVERING INDEX execution_by_status (machine=? AND status=? AND (started_at,id)>(?,?) AND (started_at,id)<(?,?))"), "{list}");
    let by_name = plan(
        &mut file,
        "EXPLAIN QUERY PLAN SELECT e.id FROM machine m CROSS JOIN execution e ON e.machine = m.n
         WHERE m.account = 1 AND m.name = 'm' AND e.name = ?
         ORDER BY e.started_at DESC, e.id DESC LIMIT 1",
    )
    .await;
    let by_name = by_name.join("; ");
    assert!(
        by_name.contains("execution_by_name (machine=? AND name=?)"),
        "{by_name}"
    );
    let open = plan(
        &mut file,
        "EXPLAIN QUERY PLAN SELECT e.id FROM open_execution o CROSS JOIN execution e ON e.id = o.id
         WHERE o.id > x'00' AND o.id BETWEEN x'01' AND x'02' ORDER BY o.id LIMIT 9",
    )
    .await;
    let due = plan(
        &mut file,
        "EXPLAIN QUERY PLAN SELECT wake_at, id FROM open_execution
         INDEXED BY open_execution_by_wake
         WHERE wake_at <= 5 AND id BETWEEN x'00' AND x'01' ORDER BY wake_at, id LIMIT 9",
    )
    .await;
    for steps in [open, due] {
        for step in steps {
            assert!(step.starts_with("SEARCH"), "{step}");
        }
    }
}
