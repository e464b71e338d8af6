//! The tables are made once, whoever makes them.

use super::*;

/// Nodes that start together find one database, with each shard once.
#[tokio::test]
async fn several_nodes_make_the_tables_together() {
    let database = Database::new();
    if !database.is_there() {
        return;
    }
    let nodes = (0..4).map(|_| open_at(database.url()));
    let stores = futures::future::join_all(nodes).await;
    for store in stores {
        let shards = store.unwrap().leases.shards().await.unwrap();
        assert_eq!(shards.len(), usize::from(steploom_types::limits::SHARDS));
    }
}

/// What a newer release has made, an older one leaves alone, and says so.
#[tokio::test]
async fn a_newer_release_is_left_alone() {
    let database = Database::new();
    if !database.is_there() {
        return;
    }
    drop(database.open().await.unwrap());
    database
        .run(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (999, 'of tomorrow', true, '', 0)",
        )
        .await;
    let refused = open(database.url(), Options::default()).await;
    let error = refused.err().expect("it is newer");
    assert_eq!(error.code, "DatabaseNewer");
    assert!(error.message.contains("its schema is 999"), "{error}");
}

/// It lies in a schema of its own, beside what others have in the database.
#[tokio::test]
async fn it_shares_a_database() {
    let database = Database::new();
    if !database.is_there() {
        return;
    }
    let foreign = "CREATE TABLE public.machine (shard text); \
                   CREATE TABLE public._sqlx_migrations (version text)";
    let mut connection = database.raw().await;
    sqlx::raw_sql(foreign)
        .execute(&mut connection)
        .await
        .unwrap();
    let store = database.open().await.unwrap();
    let lease = acquire(&store, 1, "a").await;
    append(&store, lease, 1, "x").await;
    let elsewhere: i64 =
        sqlx::query_scalar("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
            .fetch_one(&mut connection)
            .await
            .unwrap();
    assert_eq!(elsewhere, 2);
}

/// A URL that is none says how one reads, and keeps its password.
#[tokio::test]
async fn a_bad_url_says_what_is_wrong() {
    for url in [
        "",
        "mysql://root:secret@h/d",
        "postgres://u:secret@h:port/d",
    ] {
        let error = open(url, Options::default()).await.err().unwrap();
        assert_eq!(error.code, "InvalidDatabaseUrl", "{url}");
        assert!(!format!("{error:?}").contains("secret"), "{error:?}");
    }
}
