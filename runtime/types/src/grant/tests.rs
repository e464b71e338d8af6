use super::Grant;

fn grant(text: &str) -> Grant {
    text.parse().expect("is a grant")
}

#[test]
fn grants_are_read_and_written_the_same() {
    for text in [
        "config",
        "logging",
        "tasks",
        "keyvalue=sessions",
        "objects=photos",
        "invoke=resize",
        "invoke=resize:prod",
        "invoke=resize:$LATEST",
        "invoke=*",
        "start=orders",
        "start=*",
    ] {
        let json = serde_json::to_string(&grant(text)).expect("is written");
        assert_eq!(json, format!("\"{text}\""));
        let read: Grant = serde_json::from_str(&json).expect("is read");
        assert_eq!(read, grant(text));
    }
}

#[test]
fn what_is_none_says_why() {
    for (text, why) in [
        ("", "'' is no grant: write config, logging,"),
        ("files", "'files' is no grant"),
        ("Config", "'Config' is no grant"),
        ("config=a", "the grant 'config' takes no name"),
        ("objects", "needs a name: objects=NAME"),
        ("objects=", "a name must not be empty"),
        ("objects=*", "has the character '*'"),
        ("keyvalue=a b", "has the character ' '"),
        ("invoke=a:", "a name must not be empty"),
        ("invoke=*:prod", "has the character '*'"),
        ("start=a:prod", "has the character ':'"),
    ] {
        let error = text.parse::<Grant>().expect_err(text);
        assert_eq!(error.code, "InvalidGrant");
        assert!(error.message.contains(why), "{text}: {}", error.message);
    }
}

#[test]
fn a_grant_covers_what_it_names() {
    for (granted, wanted, covers) in [
        ("config", "config", true),
        ("config", "logging", false),
        ("objects=a", "objects=a", true),
        ("objects=a", "objects=b", false),
        ("objects=a", "keyvalue=a", false),
        ("invoke=*", "invoke=a:prod", true),
        ("invoke=*", "start=a", false),
        ("invoke=a", "invoke=a", true),
        ("invoke=a", "invoke=a:prod", true),
        ("invoke=a:prod", "invoke=a:prod", true),
        ("invoke=a:prod", "invoke=a", false),
        ("invoke=a:prod", "invoke=a:test", false),
        ("invoke=a", "invoke=*", false),
        ("start=*", "start=a", true),
        ("start=a", "start=b", false),
    ] {
        let found = grant(granted).covers(&grant(wanted));
        assert_eq!(found, covers, "{granted}, {wanted}");
    }
}
