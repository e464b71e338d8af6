use serde_json::{Value, json};

use super::handler;

/// What the function answers: a result, or the name of an error.
fn answer(event: &Value) -> Result<Value, String> {
    let event = event.to_string();
    let answer = steploom_function::answer(event.as_bytes(), handler);
    let json: Value = serde_json::from_slice(&answer.json).expect("answers are JSON");
    if answer.failed {
        Err(json["errorType"].as_str().unwrap_or_default().to_owned())
    } else {
        Ok(json)
    }
}

#[test]
fn values_are_filled_in() {
    let data =
        json!({"name": "Åsa 🚀", "items": [{"n": 1}, {"n": 2.5}], "none": null, "z": 1, "a": 2});
    for (template, expect) in [
        ("Hello, {{ name }}!\n", "Hello, Åsa 🚀!\n"),
        (
            "{% for item in items %}{{ loop.index }}:{{ item.n }} {% endfor %}",
            "1:1 2:2.5 ",
        ),
        (
            "{{ name | upper }} {{ items | length }} {{ missing | default('-') }}",
            "ÅSA 🚀 2 -",
        ),
        ("{% if none is none %}yes{% endif %}", "yes"),
        ("{{ items | tojson }}", r#"[{"n": 1}, {"n": 2.5}]"#),
        (
            "{% macro b(t) %}<b>{{ t }}</b>{% endmacro %}{{ b('<') }}",
            "<b><</b>",
        ),
        ("", ""),
    ] {
        let text = answer(&json!({"template": template, "data": data}));
        assert_eq!(text, Ok(json!({"text": expect})), "{template}");
    }
}

#[test]
fn values_are_made_safe() {
    let event =
        |escape| json!({"template": "{{ v }}", "data": {"v": "<a href=\"b\">"}, "escape": escape});
    for (escape, expect) in [
        ("none", "<a href=\"b\">"),
        ("html", "&lt;a href=&quot;b&quot;&gt;"),
        ("json", "\"<a href=\\\"b\\\">\""),
    ] {
        assert_eq!(
            answer(&event(escape)),
            Ok(json!({"text": expect})),
            "{escape}"
        );
    }
}

#[test]
fn templates_have_parts() {
    let parts = json!({"base": "[{% block body %}{% endblock %}]", "name": "<{{ n }}>"});
    let template = "{% extends 'base' %}{% block body %}{% include 'name' %}{% endblock %}";
    let event = json!({"template": template, "parts": parts, "data": {"n": 1}});
    assert_eq!(answer(&event), Ok(json!({"text": "[<1>]"})));
}

#[test]
fn what_has_no_value_is_empty_if_that_is_asked_for() {
    let event = json!({"template": "[{{ a.b.c }}]", "lenient": true});
    assert_eq!(answer(&event), Ok(json!({"text": "[]"})));
}

#[test]
fn what_cannot_be_done_has_a_name() {
    for (template, error) in [
        ("{{ a", "InvalidTemplate"),
        ("{% for %}", "InvalidTemplate"),
        ("{{ a }}", "MissingValue"),
        ("{{ a.b }}", "MissingValue"),
        ("{% include 'c' %}", "MissingPart"),
        ("{% include 'bad' %}", "MissingValue"),
        ("{% include 'self' %}", "RenderFailed"),
        ("{{ 1 / 'a' }}", "RenderFailed"),
        ("{{ 1 // 0 }}", "RenderFailed"),
        ("{{ 1 | nothing }}", "RenderFailed"),
        (
            "{% for a in range(2000) %}{% for b in range(2000) %}{% endfor %}{% endfor %}",
            "TooManySteps",
        ),
        (
            "{% for a in range(2000) %}{{ 'x' * 1000 }}{% endfor %}",
            "ResultTooLarge",
        ),
        ("{{ '\"' * 200000 }}", "ResultTooLarge"),
    ] {
        let parts = json!({"bad": "{{ b }}", "self": "{% include 'self' %}"});
        let event = json!({"template": template, "parts": parts});
        assert_eq!(answer(&event), Err(error.to_owned()), "{template}");
    }
    for event in [
        json!({}),
        json!({"template": 1}),
        json!({"template": "", "data": []}),
        json!({"template": "", "escape": "xml"}),
        json!({"template": "", "tempalte": ""}),
    ] {
        assert_eq!(answer(&event), Err("InvalidEvent".to_owned()), "{event}");
    }
}

#[test]
fn deep_templates_are_refused() {
    for (before, piece, after) in [
        ("{{ 1", "+1", " }}"),
        ("{{ 1", "~1", " }}"),
        ("{{ 1", ".a", " }}"),
        ("{{ 1", "()", " }}"),
        ("{{ 1", "[0]", " }}"),
        ("{{ 1", "**1", " }}"),
        ("{{ 1", "|string", " }}"),
        ("{{ 1", " if 1 else 1", " }}"),
        ("{{ ", "-", "1 }}"),
        ("{{ ", "not ", "1 }}"),
        ("{{ ", "(", ""),
        ("{{ '}}'", "+'{{'", " }}"),
        ("{% if 1 %}", "{% elif 1 %}", "{% endif %}"),
    ] {
        let deep = |times| format!("{before}{}{after}", piece.repeat(times));
        for event in [
            json!({"template": deep(100_000)}),
            json!({"template": "", "parts": {"a": deep(100_000)}}),
        ] {
            assert_eq!(answer(&event), Err("TemplateTooDeep".to_owned()), "{piece}");
        }
        // What is not too deep is read, and found good or bad.
        for times in [10, 50, 70, 90, 140, 290] {
            let _ = answer(&json!({"template": deep(times)}));
        }
    }
    let blocks = json!({"template": "{% if 1 %}".repeat(10_000)});
    assert_eq!(answer(&blocks), Err("InvalidTemplate".to_owned()));
    let calls = json!({"template": "{% macro m(n) %}{{ m(n) }}{% endmacro %}{{ m(1) }}"});
    assert_eq!(answer(&calls), Err("RenderFailed".to_owned()));
}
