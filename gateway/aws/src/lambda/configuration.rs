//! What AWS shows of a function's version.

use serde_json::{Map, Value, json};
use steploom_api::wire::FunctionVersion;
use steploom_types::{Digest, ExecutionId, Name, Timestamp, arn};

use super::code::sha256;
use super::{Call, settings};

const MB: u64 = 1024 * 1024;
/// What all of Lambda's functions have.
const DISK_MB_DEFAULT: u64 = 512;

/// A version, and how it is called.
pub(super) struct Shown<'a> {
    pub(super) name: &'a Name,
    pub(super) arn: String,
    /// `$LATEST`, or the number of a published version.
    pub(super) label: String,
    pub(super) version: &'a FunctionVersion,
    /// When the function was made.
    pub(super) made_at: Timestamp,
}

impl Shown<'_> {
    /// As `FunctionConfiguration` has it.
    pub(super) fn configuration(&self, call: &Call<'_>) -> Map<String, Value> {
        let (version, settings) = (self.version, &self.version.settings);
        let role = arn::role(call.account);
        let mut shown = json!({
            "Architectures": ["x86_64"],
            "CodeSha256": sha256(&version.module),
            "CodeSize": version.module_bytes,
            "Description": settings.description,
            "EphemeralStorage": {"Size": DISK_MB_DEFAULT},
            "FunctionArn": self.arn,
            "FunctionName": self.name,
            "Handler": "bootstrap",
            "LastModified": last_modified(version.created_at),
            "LastUpdateStatus": "Successful",
            "LoggingConfig": logging(settings.lambda.get("LoggingConfig"), self.name),
            "MemorySize": settings.memory_bytes_max / MB,
            "PackageType": "Zip",
            "RevisionId": self.revision(call),
            "Role": role,
            "Runtime": "provided.al2023",
            "RuntimeVersionConfig": {"RuntimeVersionArn": runtime_arn(version)},
            "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
            "State": "Active",
            "Timeout": settings.timeout_ms.div_ceil(1_000),
            "TracingConfig": {"Mode": "PassThrough"},
            "Version": self.label,
        });
        let Some(fields) = shown.as_object_mut() else {
            return Map::new();
        };
        for (name, value) in &settings.lambda {
            match name.as_str() {
                "Environment" | "LoggingConfig" => {}
                "SnapStart" => fields[name]["ApplyOn"] = value["ApplyOn"].clone(),
                // Given empty, they stand for none.
                "DeadLetterConfig" | "KMSKeyArn" | "VpcConfig" if is_none(value) => {}
                _ => drop(fields.insert(name.clone(), value.clone())),
            }
        }
        if let Some(environment) = settings::shown_environment(settings) {
            fields.insert("Environment".to_owned(), environment);
        }
        std::mem::take(fields)
    }

    /// Names the version as it is.
    pub(super) fn revision(&self, call: &Call<'_>) -> String {
        let made = self.made_at.as_millis();
        let (name, label) = (self.name, &self.label);
        let version = self.version.version;
        uuid(&format!(
            "function\0{}\0{name}\0{made}\0{version}\0{label}",
            call.account
        ))
    }
}

/// A UUID that stands for a text.
pub(super) fn uuid(text: &str) -> String {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&Digest::of(text.as_bytes()).as_bytes()[..16]);
    ExecutionId::from_bytes(bytes).to_string()
}

/// An instant as Lambda writes it.
pub(super) fn last_modified(at: Timestamp) -> String {
    at.to_string().replace('Z', "+0000")
}

/// What runs it: named by how the module is called.
fn runtime_arn(version: &FunctionVersion) -> String {
    let text = format!("runtime\0{:?}", version.kind);
    format!(
        "arn:aws:lambda:us-east-1::runtime:{}",
        Digest::of(text.as_bytes())
    )
}

fn is_none(value: &Value) -> bool {
    match value {
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.values().all(is_none),
        _ => false,
    }
}

fn logging(given: Option<&Value>, name: &Name) -> Value {
    let mut shown = json!({"LogFormat": "Text", "LogGroup": format!("/aws/lambda/{name}")});
    let given = given.and_then(Value::as_object);
    if given.is_some_and(|given| given.get("LogFormat") == Some(&json!("JSON"))) {
        shown["ApplicationLogLevel"] = "INFO".into();
        shown["SystemLogLevel"] = "INFO".into();
    }
    for (field, value) in given.into_iter().flatten() {
        shown[field] = value.clone();
    }
    shown
}
