//! What is loaded: the function's files, which of them is the entry, and which function in it is called.

use serde_json::Value;

use crate::failure::Failure;

/// A function's files.
pub(crate) struct Package {
    pub(crate) entry: String,
    pub(crate) handler: String,
    pub(crate) files: Vec<(String, String)>,
}

impl Package {
    /// Reads `{"entry": "hello.py", "handler": "handler", "files": {"hello.py": "..."}}`.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, Failure> {
        let Ok(Value::Object(mut package)) = serde_json::from_slice(text) else {
            return Err(invalid("it is not a JSON object"));
        };
        let mut word = |name: &str| match package.remove(name) {
            Some(Value::String(text)) => Ok(text),
            _ => Err(invalid(&format!("\"{name}\" must be a text"))),
        };
        let (entry, handler) = (word("entry")?, word("handler")?);
        let Some(Value::Object(files)) = package.remove("files") else {
            return Err(invalid("\"files\" must be an object of texts"));
        };
        let files = files
            .into_iter()
            .map(|(path, text)| match text {
                Value::String(text) => Ok((path, text)),
                _ => Err(invalid(&format!("the file {path} must be a text"))),
            })
            .collect::<Result<Vec<_>, _>>()?;
        if !files.iter().any(|(path, _)| *path == entry) {
            return Err(invalid(&format!(
                "there is no file {entry}, which is the entry"
            )));
        }
        Ok(Self {
            entry,
            handler,
            files,
        })
    }
}

fn invalid(why: &str) -> Failure {
    Failure::new(
        "InvalidPackage",
        format!("the function's files can't be loaded: {why}"),
    )
}
