use super::*;

#[test]
fn sizes_are_read_with_and_without_units() {
    for (text, bytes) in [
        ("0", 0),
        ("1000000", 1_000_000),
        ("1_000", 1_000),
        ("64k", 65_536),
        ("64KiB", 65_536),
        ("64KB", 64_000),
        ("128MiB", 134_217_728),
        ("128 mib", 134_217_728),
        ("1.5GiB", 1_610_612_736),
        ("4g", 4_294_967_296),
        ("10b", 10),
    ] {
        assert_eq!(size_bytes(text), Ok(bytes), "{text}");
    }
    for text in ["", "MiB", "-1", "1.2.3k", "12parsecs", "99999999999999G"] {
        assert!(size_bytes(text).is_err(), "{text}");
    }
}

#[test]
fn durations_need_a_unit() {
    for (text, ms) in [
        ("250ms", 250),
        ("30s", 30_000),
        ("1.5h", 5_400_000),
        ("2m", 120_000),
        ("7d", 604_800_000),
    ] {
        assert_eq!(duration_ms(text), Ok(ms), "{text}");
    }
    for text in ["", "30", "h", "1w", "-3s"] {
        assert!(duration_ms(text).is_err(), "{text}");
    }
}

#[test]
fn variables_keep_everything_after_the_first_equals_sign() {
    assert_eq!(variable("A=b=c"), Ok(("A".to_owned(), "b=c".to_owned())));
    assert_eq!(variable("A="), Ok(("A".to_owned(), String::new())));
    assert!(variable("A").is_err());
    assert!(variable("=x").is_err());
}

#[test]
fn a_mount_is_a_name_and_an_absolute_path() {
    let mounted = mount("input=/data/in").unwrap();
    assert_eq!(
        (mounted.name.as_str(), mounted.path.as_str()),
        ("input", "/data/in")
    );
    assert!(mount("input=data").unwrap_err().contains("such as /data"));
    assert!(mount("in/put=/data").unwrap_err().contains("'/'"));
    assert!(mount("input=").is_err());
    assert_eq!(
        volume("input=./x").unwrap(),
        ("input".parse().unwrap(), PathBuf::from("./x"))
    );
}

#[test]
fn an_execution_is_named_by_id_or_by_machine_and_name() {
    let id = "beef018b-cfe5-687b-0123-456789abcdef";
    assert_eq!(id.parse(), Ok(Reference::Id(id.parse().unwrap())));
    assert_eq!(
        "word-count/monday".parse(),
        Ok(Reference::Named(
            "word-count".parse().unwrap(),
            "monday".parse().unwrap()
        ))
    );
    assert_eq!(
        "function:count/monday".parse(),
        Ok(Reference::Named(
            "function:count".parse().unwrap(),
            "monday".parse().unwrap()
        ))
    );
    for text in ["monday", "", "/x", "x/", "a/b/c"] {
        assert!(text.parse::<Reference>().is_err(), "{text}");
    }
}

#[test]
fn releases_and_machines_by_release_are_read() {
    assert_eq!(route("3"), Ok((3, None)));
    assert_eq!(route("3=90"), Ok((3, Some(90))));
    for text in ["", "=1", "3=", "prod", "-1", "3=101", "3=-1", "3=1.5"] {
        assert!(route(text).is_err(), "{text}");
    }
    let qualified = |text: &str| {
        let parsed: Qualified = text.parse().ok()?;
        let qualifier = parsed.qualifier.map(|name| name.to_string());
        Some((parsed.machine.to_string(), qualifier))
    };
    assert_eq!(qualified("m"), Some(("m".into(), None)));
    assert_eq!(qualified("m:prod"), Some(("m".into(), Some("prod".into()))));
    assert_eq!(qualified("m:3"), Some(("m".into(), Some("3".into()))));
    for text in ["", ":", "m:", ":prod", "m:a:b", "m:a b"] {
        assert_eq!(qualified(text), None, "{text}");
    }
}

#[test]
fn domains_and_hosts_are_read() {
    assert_eq!(domain("FN.example.com"), Ok("fn.example.com".into()));
    assert_eq!(domain("localhost"), Ok("localhost".into()));
    for text in ["", ".", "a..b", "a.", "http://a", "a:80", "*.a"] {
        assert!(domain(text).is_err(), "{text}");
    }
    let read = |text| {
        let allowed = allowed_host(text).ok()?;
        Some((
            allowed.host,
            allowed.connection.map(|name| name.to_string()),
        ))
    };
    assert_eq!(
        read("a.example:8443"),
        Some(("a.example:8443".into(), None))
    );
    assert_eq!(
        read("a.example=billing"),
        Some(("a.example".into(), Some("billing".into())))
    );
    assert_eq!(read("a.example="), None);
}
