//! Which indexes the projection's questions use: none may read a table from end to end.

use sqlx::{AssertSqlSafe, Row as _};
use steploom_store::projection::Change;

use super::*;

async fn plan(file: &mut SqliteConnection, sql: &str) -> String {
    let sql = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
    let steps = sqlx::query(sql).fetch_all(file).await.unwrap();
    let steps = steps.iter().map(|step| step.get::<String, _>("detail"));
    steps.collect::<Vec<_>>().join("; ")
}

/// What both kinds of files are asked.
const BOTH: [(&str, &str); 6] = [
    (
        "SELECT started_at, key, n FROM execution INDEXED BY execution_by_status
         WHERE part_of IS NULL AND machine = 1 AND status = 1 AND (started_at, key) < (9, x'00')
         AND (started_at, key) > (1, x'00') AND (substr(name, 1, 1) = 'a' OR name IS NULL)
         ORDER BY started_at DESC, key DESC LIMIT 9",
        "INDEX execution_by_status (machine=? AND status=? AND (started_at,key)>(?,?) AND (started_at,key)<(?,?))",
    ),
    (
        "SELECT e.n FROM machine m CROSS JOIN execution e ON e.machine = m.n
         WHERE m.account = 1 AND m.name = 'm' AND e.name = ?
         ORDER BY e.started_at DESC, e.key DESC LIMIT 1",
        "execution_by_name (machine=? AND name=?)",
    ),
    (
        "SELECT started_at, key, n FROM execution INDEXED BY execution_by_name
         WHERE machine = 1 AND name >= 'a' AND name < 'b' AND name IS NOT NULL LIMIT 3",
        "execution_by_name (machine=? AND name>? AND name<?)",
    ),
    (
        "SELECT started_at, key, n FROM execution INDEXED BY execution_by_error
         WHERE error IS NOT NULL AND machine = 1 AND error = 'E' AND (started_at, key) < (9, x'00')
         ORDER BY started_at DESC, key DESC LIMIT 9",
        "execution_by_error (machine=? AND error=? AND (started_at,key)<(?,?))",
    ),
    (
        "SELECT started_at, key, -1 FROM tag WHERE account = 1 AND tag = x'00'
         AND (started_at, key) < (9, x'00') ORDER BY started_at DESC, key DESC LIMIT 9",
        "PRIMARY KEY (account=? AND tag=? AND (started_at,key)<(?,?))",
    ),
    (
        "SELECT max(first_fact) FROM chunk WHERE key = x'00' AND first_fact <= 9",
        "sqlite_autoindex_chunk_1 (key=? AND first_fact<?)",
    ),
];

/// What only the file of open executions is asked.
const OPEN: [(&str, &str); 3] = [
    (
        "SELECT key FROM execution INDEXED BY execution_awake
         WHERE sleeps = 0 AND slot BETWEEN 1 AND 2 AND (slot, key) > (1, x'00')
         ORDER BY slot, key LIMIT 9",
        "execution_awake (slot>? AND slot<?)",
    ),
    (
        "SELECT wake_at, key FROM execution INDEXED BY execution_by_wake
         WHERE wake_at IS NOT NULL AND band = 1 AND wake_at <= 5
         AND (wake_at, slot, key) > (1, 2, x'00') AND slot BETWEEN 1 AND 9
         ORDER BY wake_at, slot, key LIMIT 9",
        "execution_by_wake (band=? AND",
    ),
    (
        "SELECT key, action FROM offer WHERE account = 1 AND activity = 'a'
         AND slot BETWEEN 1 AND 9 AND (slot, key, action) > (1, x'00', 1)
         ORDER BY slot, key, action LIMIT 9",
        "PRIMARY KEY (account=? AND activity=? AND slot>? AND slot<?)",
    ),
];

#[tokio::test]
async fn questions_search_an_index() {
    let files = Files::new();
    let store = files.open().await.unwrap();
    let change = Change {
        row: super::upgrade::row(1, Some("x")),
        ..super::upgrade::change(2)
    };
    let lease = acquire(&store, 1).await;
    append(&store, lease, 1, "facts").await;
    let changes = [change];
    let written = store
        .projection
        .checkpoint(lease.shard, lease.epoch, Lsn(1), &changes);
    written.await.unwrap();
    drop(store);
    for (name, questions) in [
        ("projection.db", &[&BOTH[..], &OPEN[..]].concat()),
        ("closed-000001.db", &BOTH.to_vec()),
    ] {
        let mut file = raw(&files.dir.path().join(name)).await;
        for (sql, expected) in questions {
            let found = plan(&mut file, sql).await;
            assert!(found.contains(expected), "{name}: {sql}\n{found}");
            assert!(!found.contains("SCAN"), "{name}: {sql}\n{found}");
            let sorts = found.contains("TEMP B-TREE");
            assert!(!sorts, "{name}: {sql}\n{found}");
        }
    }
}

/// Values may be large: a list of keys does not touch them.
#[tokio::test]
async fn keys_of_values_are_listed_from_the_index_alone() {
    let files = Files::new();
    drop(files.open().await.unwrap());
    let mut file = raw(&files.dir.path().join("catalog.db")).await;
    let sql = "SELECT key FROM keyvalue
         WHERE account = 1 AND store = 's' AND key > x'61' AND key >= x'61' AND key < x'62'
         ORDER BY key LIMIT 9";
    let found = plan(&mut file, sql).await;
    let expected =
        "COVERING INDEX sqlite_autoindex_keyvalue_1 (account=? AND store=? AND key>? AND key<?)";
    assert!(found.contains(expected), "{found}");
    assert!(!found.contains("TEMP B-TREE"), "{found}");
}
