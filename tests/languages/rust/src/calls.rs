//! Calls back, as ../../calls.json wants them.

use serde::Serialize;
use steploom_function::{
    Error, config, fail, fuel, heartbeat, invoke, keyvalue, objects, start, succeed,
};

use crate::Json;

/// What a probe that calls back answers.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Called {
    Value {
        value: Json,
    },
    #[serde(rename_all = "camelCase")]
    Objects {
        body: String,
        content_type: Option<String>,
        keys: Vec<String>,
        left: Vec<String>,
    },
    KeyValue {
        absent: Option<String>,
        value: Option<String>,
        keys: Vec<String>,
        sum: i64,
    },
}

/// Does what the event says.
pub(crate) fn probe(what: &str, name: &str, key: &str, value: Json) -> Result<Called, Error> {
    let value = match what {
        "fuel" => {
            let left = fuel();
            Json::Bool(0 < fuel() && fuel() < left)
        }
        "invoke" => invoke(name, value)?,
        "start" => {
            let id = start(name, &value, Some(key))?;
            Json::Bool(!id.is_empty() && start(name, &value, Some(key))? == id)
        }
        "config" => config(key)?.map_or(Json::Null, Json::Text),
        "objects" => return object(name, key, text(value)),
        "keyvalue" => return key_value(name, key, text(value)),
        "tasks" => {
            match key {
                "succeed" => succeed(name, value)?,
                "fail" => fail(name, "Late", "too late")?,
                _ => heartbeat(name)?,
            }
            Json::Null
        }
        _ => return Err(Error::new("UnknownProbe", "there is no such probe")),
    };
    Ok(Called::Value { value })
}

fn object(bucket: &str, key: &str, body: String) -> Result<Called, Error> {
    objects::write(bucket, key, body, Some("text/plain"))?;
    let object = objects::read(bucket, key)?;
    let keys = objects::list(bucket, key, None)?.keys;
    objects::remove(bucket, key)?;
    Ok(Called::Objects {
        body: String::from_utf8(object.body)?,
        content_type: object.content_type,
        keys,
        left: objects::list(bucket, key, None)?.keys,
    })
}

fn key_value(store: &str, key: &str, value: String) -> Result<Called, Error> {
    let get = || -> Result<_, Error> {
        let found = keyvalue::get(store, key)?;
        Ok(found.map(String::from_utf8).transpose()?)
    };
    let absent = get()?;
    keyvalue::set(store, key, value)?;
    let value = get()?;
    let keys = keyvalue::keys(store, key, None)?.keys;
    keyvalue::delete(store, key)?;
    let sum = keyvalue::increment(store, key, -5)?;
    keyvalue::delete(store, key)?;
    Ok(Called::KeyValue {
        absent,
        value,
        keys,
        sum,
    })
}

fn text(value: Json) -> String {
    match value {
        Json::Text(text) => text,
        _ => String::new(),
    }
}
