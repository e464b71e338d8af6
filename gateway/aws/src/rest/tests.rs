use serde_json::json;

use super::*;
use crate::Failure;
use crate::model::LAMBDA;

fn request<'a>(method: &'a str, target: &'a str, body: &'static str) -> Request<'a> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    Request {
        method,
        path,
        query,
        header: &|name| (name == "x-amz-log-type").then(|| "Tail".to_owned()),
        body: Bytes::from_static(body.as_bytes()),
    }
}

fn read(
    method: &str,
    target: &str,
    body: &'static str,
) -> Option<(String, Result<Value, Failure>)> {
    let request = request(method, target, body);
    let matched = find(&LAMBDA, method, request.path, request.query)?;
    let input = input(&LAMBDA, &matched, &request).map(Value::Object);
    Some((matched.name.to_owned(), input))
}

#[test]
fn a_method_and_a_path_name_an_operation() {
    let of = |method, target| read(method, target, "").map(|(name, _)| name);
    let some = |name: &str| Some(name.to_owned());
    assert_eq!(of("GET", "/2015-03-31/functions/"), some("ListFunctions"));
    assert_eq!(of("GET", "/2015-03-31/functions"), some("ListFunctions"));
    assert_eq!(of("POST", "/2015-03-31/functions"), some("CreateFunction"));
    assert_eq!(of("GET", "/2015-03-31/functions/f"), some("GetFunction"));
    assert_eq!(
        of("DELETE", "/2015-03-31/functions/f"),
        some("DeleteFunction")
    );
    let layers = "/2018-10-31/layers?find=LayerVersion&Arn=a";
    assert_eq!(of("GET", layers), some("GetLayerVersionByArn"));
    assert_eq!(of("GET", "/2018-10-31/layers"), some("ListLayers"));
    assert_eq!(of("PATCH", "/2015-03-31/functions/f"), None);
    assert_eq!(of("GET", "/2015-03-31/functions/f/g/h"), None);
    assert_eq!(of("GET", "/2015-03-31/nothing"), None);
}

#[test]
fn the_input_is_read_from_everywhere() {
    let target = "/2015-03-31/functions/f%3Ab/invocations?Qualifier=a%2Db";
    let (_, input) = read("POST", target, "not JSON").unwrap();
    let wanted = json!({"FunctionName": "f:b", "Qualifier": "a-b", "LogType": "Tail"});
    assert_eq!(input.unwrap(), wanted);
    let target = "/2015-03-31/functions/?MaxItems=7";
    let (_, input) = read("GET", target, "").unwrap();
    assert_eq!(input.unwrap(), json!({"MaxItems": 7}));
    let arn = "arn:aws:lambda:us-east-1:000000000000:function:f";
    let target = format!(
        "/2017-03-31/tags/{}?tagKeys=a&tagKeys=b+c",
        arn.replace(':', "%3A")
    );
    let (_, input) = read("DELETE", &target, "").unwrap();
    assert_eq!(
        input.unwrap(),
        json!({"Resource": arn, "TagKeys": ["a", "b c"]})
    );
}

#[test]
fn bad_input_is_told_in_the_words_of_aws() {
    let failure = |method, target, body| read(method, target, body).unwrap().1.unwrap_err();
    let bad = failure("GET", "/2015-03-31/functions/f?Qualifier=a%20b", "");
    assert_eq!(bad.code, "ValidationException");
    assert!(
        bad.message.contains("Value 'a b' at 'qualifier' failed"),
        "{}",
        bad.message
    );
    let bad = failure("GET", "/2015-03-31/functions/?MaxItems=many", "");
    assert_eq!(bad.code, "SerializationException");
    for body in ["{", "[]", "7"] {
        let bad = failure("POST", "/2015-03-31/functions", body);
        assert_eq!(bad.code, "SerializationException");
    }
}

#[test]
fn an_answer_is_written_as_the_model_says() {
    let matched = find(&LAMBDA, "POST", "/2015-03-31/functions/f/invocations", "").unwrap();
    let fields = json!({"StatusCode": 202, "ExecutedVersion": "$LATEST", "Unknown": 1});
    let output = Output {
        payload: Some(Bytes::from_static(b"7")),
        ..fields.into()
    };
    let response = answer(&LAMBDA, &matched, output);
    assert_eq!((response.status, &response.body[..]), (202, &b"7"[..]));
    let version = ("X-Amz-Executed-Version".to_owned(), "$LATEST".to_owned());
    let kind = ("content-type".to_owned(), "application/json".to_owned());
    assert_eq!(response.headers, [version, kind]);
    let told = refusal(
        &LAMBDA,
        &Failure::new("ResourceNotFoundException", "Not there"),
    );
    assert_eq!(told.status, 404);
    let body: Value = serde_json::from_slice(&told.body).unwrap();
    assert_eq!(body, json!({"Type": "User", "Message": "Not there"}));
}
