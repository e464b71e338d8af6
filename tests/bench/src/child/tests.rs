use super::*;

#[test]
fn cpu_time_is_found_behind_any_name() {
    let stat = "4242 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 150 50 7 7 20 0 3 0 100 1000 200";
    assert_eq!(cpu_ticks(stat), Some(200));
    assert_eq!(cpu_ticks("4242 (short) S 1 2"), None);
}

#[test]
fn a_server_says_where_it_listens() {
    let line = r#"{"url":"http://127.0.0.1:4711","data":"/x","functions":0}"#;
    assert_eq!(address(line).expect("is read").port(), 4711);
    let error = address("panicked").expect_err("is none").to_string();
    assert!(error.contains("panicked"), "{error}");
}
