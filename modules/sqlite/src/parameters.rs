//! Gives a query its parameters.

use rusqlite::Statement;
use serde_json::Value;
use steploom_function::Error;

use crate::value::from_json;

/// Binds a list to `?` in order, or the members of an object to `:name`, `@name` and `$name`. Each has its value, and
/// each value its place.
///
/// # Errors
/// `InvalidParameters`.
pub(crate) fn bind(statement: &mut Statement, parameters: &Value) -> Result<(), Error> {
    let wanted = statement.parameter_count();
    let mut used = 0;
    for index in 1..=wanted {
        let name = statement.parameter_name(index).map(str::to_owned);
        let value = match (parameters, &name) {
            (Value::Array(list), _) => list.get(index - 1),
            (Value::Object(members), Some(name)) => members.get(&name[1..]),
            _ => None,
        };
        let value = value.ok_or_else(|| {
            let name = name.unwrap_or_else(|| format!("?{index}"));
            invalid(&format!(
                "the query's {name} has no value: a list gives those of ?, an object those of :name"
            ))
        })?;
        statement
            .raw_bind_parameter(index, from_json(value)?)
            .map_err(|error| invalid(&error.to_string()))?;
        used += 1;
    }
    let given = match parameters {
        Value::Null => 0,
        Value::Array(list) => list.len(),
        Value::Object(members) => members.len(),
        _ => return Err(invalid("\"parameters\" is a list or an object")),
    };
    if given > used {
        return Err(invalid(&format!(
            "the query has {used} parameters, and {given} are given"
        )));
    }
    Ok(())
}

pub(crate) fn invalid(message: &str) -> Error {
    Error::new("InvalidParameters", message)
}
