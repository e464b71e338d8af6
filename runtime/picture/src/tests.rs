//! What a reader of a picture relies on.

use expect_test::expect;
use serde_json::{Value, json};

use crate::{Graph, dot, mermaid, svg};

fn order() -> Value {
    json!({"StartAt": "Large?", "States": {
        "Large?": {"Type": "Choice", "Choices": [
            {"Variable": "$.total", "NumericGreaterThanEquals": 100, "Next": "Ask"},
            {"Not": {"Or": [{"Variable": "$.a", "IsPresent": true}, {"Variable": "$.b", "StringEquals": "x"}]}, "Next": "Done"},
        ], "Default": "Pay"},
        "Ask": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
            "Parameters": {"FunctionName": "ask"}, "TimeoutSeconds": 7200, "Next": "Pay",
            "Catch": [{"ErrorEquals": ["States.Timeout", "No"], "Next": "Done"}]},
        "Pay": {"Type": "Map", "ItemsPath": "$.items", "MaxConcurrency": 2, "Next": "Done", "ItemProcessor": {
            "StartAt": "One", "States": {"One": {"Type": "Task", "Resource": "pay", "Retry": [{"ErrorEquals": ["X"]}], "End": true}}}},
        "Done": {"Type": "Succeed"},
    }})
}

#[test]
fn mermaid_has_states_conditions_and_insides() {
    let text = mermaid::draw(&Graph::read(&order()));
    expect![[r#"
        stateDiagram-v2
          state "Choice#58; Large#63;" as s_0
          state "Ask" as s_1
          state "Map#58; Pay" as s_2 {
            state "One" as s_2_0_0
            [*] --> s_2_0_0
            s_2_0_0 --> [*]
          }
          state "Succeed#58; Done" as s_3
          [*] --> s_0
          s_0 --> s_1 : $.total ≥ 100
          s_0 --> s_3 : not #40;$.a is present or $.b = #34;x#34;#41;
          s_0 --> s_2 : otherwise
          s_1 --> s_2
          s_1 --> s_3 : catch States.Timeout, No
          s_2 --> s_3
          s_3 --> [*]
    "#]]
    .assert_eq(&text);
}

#[test]
fn dot_ties_edges_to_boxes_and_dashes_what_is_caught() {
    let text = dot::draw(&Graph::read(&order()));
    expect![[r#"
        digraph machine {
          compound=true; rankdir=TB;
          node [shape=box, style=rounded, fontname="Helvetica"];
          edge [fontname="Helvetica", fontsize=10];
          start [shape=circle, label="", style=filled, fillcolor=black, width=0.2];
          s_0 [label="Large?", shape=diamond, style=solid];
          s_1 [label="Ask\nask · 2 h"];
          subgraph cluster_s_2 {
            label="Pay\neach of $.items, 2 at once"; style=rounded;
            s_2_0_0 [label="One\npay · ↻ 3"];
          }
          s_3 [label="Done", peripheries=2];
          s_0 -> s_1 [label="$.total ≥ 100"];
          s_0 -> s_3 [label="not ($.a is present or $.b = \"x\")"];
          s_0 -> s_2_0_0 [label="otherwise", lhead=cluster_s_2];
          s_1 -> s_2_0_0 [lhead=cluster_s_2];
          s_1 -> s_3 [label="States.Timeout, No", style=dashed];
          s_2_0_0 -> s_3 [ltail=cluster_s_2];
          start -> s_0;
        }
    "#]]
    .assert_eq(&text);
}

#[test]
fn svg_shows_every_state_and_escapes_what_it_is_given() {
    let hostile = r#"<script>&"x"</script>"#;
    let mut definition = order();
    definition["States"][hostile] = json!({"Type": "Pass", "Next": "Done"});
    let text = svg::draw(&Graph::read(&definition));
    for name in [
        "Large?",
        "Ask",
        "Pay",
        "One",
        "Done",
        "$.total ≥ 100",
        "otherwise",
    ] {
        assert!(text.contains(&format!(">{name}<")), "{name} is shown");
    }
    assert!(
        !text.contains("<script>"),
        "nothing of the definition is markup"
    );
    assert!(text.contains("&lt;script&gt;&amp;&quot;x&quot;&lt;/script&gt;"));
    assert!(text.contains("class=\"line catch\""));
    assert!(text.contains("prefers-color-scheme:dark"));
    assert_eq!(text.matches("<g").count(), text.matches("</g>").count());
    assert_eq!(text, svg::draw(&Graph::read(&definition)), "the same again");
}

#[test]
fn what_makes_no_sense_is_left_out() {
    for definition in [
        json!(null),
        json!({}),
        json!({"StartAt": "A", "States": {}}),
        json!({"StartAt": "No", "States": {"A": {"Type": "Odd", "Next": "Nowhere"}}}),
        json!({"StartAt": "A", "States": {"A": {"Type": "Map"}, "B": 1, "C": {"Type": "Parallel", "Branches": [1]}}}),
    ] {
        let graph = Graph::read(&definition);
        assert!(svg::draw(&graph).ends_with("</svg>\n"));
        assert!(mermaid::draw(&graph).starts_with("stateDiagram-v2\n"));
        assert!(dot::draw(&graph).ends_with("}\n"));
    }
}

#[test]
fn nesting_is_drawn_to_a_depth() {
    let mut definition = json!({"StartAt": "S", "States": {"S": {"Type": "Pass", "End": true}}});
    for _ in 0..40 {
        definition = json!({"StartAt": "M", "States": {"M": {"Type": "Map", "ItemProcessor": definition, "End": true}}});
    }
    assert!(svg::draw(&Graph::read(&definition)).len() < 100_000);
}
