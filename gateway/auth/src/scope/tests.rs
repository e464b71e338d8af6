use super::*;

const INVOKE: Need = Need {
    area: Area::Functions,
    verb: Verb::Invoke,
};
const READ: Need = Need {
    area: Area::Functions,
    verb: Verb::Read,
};
const AUDIT: Need = Need {
    area: Area::Audit,
    verb: Verb::Read,
};
const KEYS: Need = Need {
    area: Area::Keys,
    verb: Verb::Write,
};
const EXECUTIONS: Need = Need {
    area: Area::Executions,
    verb: Verb::Invoke,
};

#[test]
fn what_is_not_granted_is_denied() {
    for (scopes, need, name, expected) in [
        ("admin", INVOKE, Some("a"), true),
        ("admin", AUDIT, None, true),
        ("admin", KEYS, None, true),
        ("*", INVOKE, Some("a"), true),
        ("*", EXECUTIONS, None, true),
        ("*", AUDIT, None, false),
        ("*", KEYS, None, false),
        ("*:read", READ, None, true),
        ("*:read", INVOKE, None, false),
        ("audit:read", AUDIT, None, true),
        ("functions", INVOKE, Some("a"), true),
        ("functions", EXECUTIONS, Some("a"), false),
        ("functions:invoke", INVOKE, Some("a"), true),
        ("functions:invoke", READ, Some("a"), false),
        ("functions:*:a", READ, Some("a"), true),
        ("functions:invoke:a", INVOKE, Some("ab"), false),
        ("functions:invoke:a*", INVOKE, Some("ab"), true),
        ("functions:invoke:a*", INVOKE, Some("a"), true),
        ("functions:invoke:a*", INVOKE, Some("b"), false),
        ("functions:invoke:a*", INVOKE, None, false),
        ("functions:invoke:*", INVOKE, None, true),
        ("executions functions:read", READ, None, true),
    ] {
        let list: Vec<&str> = scopes.split(' ').collect();
        let parsed = Scopes::parse(&list).unwrap();
        assert_eq!(parsed.has(need, name), expected, "{scopes} {need} {name:?}");
        let refused = parsed.require(need, name).err();
        let code = refused.map(|error| error.code);
        assert_eq!(code, (!expected).then_some("AccessDenied"));
    }
    assert!(!Scopes::none().has(READ, Some("a")));
    let limited = Scopes::parse(&["functions:invoke:a*"]).unwrap();
    assert!(limited.has_some(INVOKE) && !limited.has_some(READ));
    assert!(!limited.is_admin() && Scopes::admin().is_admin());
}

#[test]
fn what_is_no_scope_is_refused() {
    let long = format!("functions:read:{}", "a".repeat(200));
    for text in [
        "",
        "Admin",
        "admin:read",
        "keys",
        "keys:write",
        "function",
        "functions:",
        "functions:run",
        "functions:read:",
        "functions:read:a*b",
        "functions:read:**",
        "functions:read:a b",
        "functions:read:\u{e9}",
        "functions:read:a\n",
        &long,
    ] {
        let error = Scopes::parse(&[text]).expect_err(text);
        assert_eq!(error.code, "InvalidScope", "{text}");
        assert!(!error.message.contains('\n'), "{text}");
    }
    assert!(Scopes::parse::<&str>(&[]).is_err());
    assert!(Scopes::parse(&["admin"; 51]).is_err());
}
