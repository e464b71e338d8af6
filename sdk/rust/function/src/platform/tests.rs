use super::*;

/// What of an answer's line and body is read.
fn said(answer: &str) -> Result<(Keys, String), Error> {
    let (keys, body) = read::<Keys>(answer.as_bytes().to_vec())?;
    Ok((keys, String::from_utf8(body).expect("text")))
}

#[test]
fn a_request_is_a_line_and_a_body() {
    let line = json!({"op": "start", "machine": "a\nb", "name": null});
    let request = request(line, b"{\"c\":\n1}");
    let expect = "{\"machine\":\"a\\nb\",\"op\":\"start\"}\n{\"c\":\n1}";
    assert_eq!(String::from_utf8_lossy(&request), expect);
}

#[test]
fn an_answer_is_a_line_and_a_body() {
    let keys = |next: Option<&str>| Keys {
        keys: vec!["a".into()],
        next: next.map(Into::into),
    };
    assert_eq!(
        said("{\"ok\":{\"keys\":[\"a\"],\"next\":\"b\"}}\n1\n2\n"),
        Ok((keys(Some("b")), "1\n2\n".into()))
    );
    assert_eq!(
        said("{\"ok\":{\"keys\":[\"a\"]}}"),
        Ok((keys(None), String::new()))
    );
}

#[test]
fn an_error_has_the_code_as_its_name() {
    let error = Error::new("AccessDenied", "deploy it with --grant objects=photos");
    let answer = json!({"error": {"code": error.name(), "message": error.message()}});
    assert_eq!(said(&format!("{answer}\n")), Err(error));
}

#[test]
fn an_answer_that_cannot_be_read_is_an_error() {
    for answer in [
        "",
        "\n",
        "{}\n",
        "{\"ok\":{}}\n",
        "{\"ok\"\n:{\"keys\":[]}}",
    ] {
        let error = said(answer).expect_err(answer);
        assert_eq!(error.name(), "Function.Failed");
    }
}

#[test]
fn there_is_no_platform_outside() {
    let errors = [
        invoke::<Value>("resize", ()).expect_err("nobody is here"),
        start("orders", (), Some("o-1")).expect_err("nobody is here"),
        succeed("token", 1).expect_err("nobody is here"),
        fail("token", "Late", "too late").expect_err("nobody is here"),
        heartbeat("token").expect_err("nobody is here"),
        config("COLOR").expect_err("nobody is here"),
        crate::objects::read("photos", "a").expect_err("nobody is here"),
        crate::keyvalue::get("sessions", "a").expect_err("nobody is here"),
    ];
    assert!(errors.iter().all(|error| error.name() == "NoPlatform"));
    assert_eq!(fuel(), u64::MAX);
}
