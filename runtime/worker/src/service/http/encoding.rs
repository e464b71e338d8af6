//! A body as a form, as `Transform.RequestBodyEncoding: URL_ENCODED` asks for it.

use reqwest::Url;
use serde_json::Value;

/// Fields of one form.
const FIELDS_MAX: usize = 10_000;

/// How the elements of an array are named.
#[derive(Clone, Copy)]
enum Arrays {
    /// `a[0]=1&a[1]=2`
    Indices,
    /// `a=1&a=2`
    Repeat,
    /// `a=1,2`
    Commas,
    /// `a[]=1&a[]=2`
    Brackets,
}

/// The text of a form; `arrays` is `ArrayFormat`, `INDICES` if left out.
pub(super) fn form(body: &Value, arrays: Option<&str>) -> Result<String, String> {
    let arrays = match arrays {
        None | Some("INDICES") => Arrays::Indices,
        Some("REPEAT") => Arrays::Repeat,
        Some("COMMAS") => Arrays::Commas,
        Some("BRACKETS") => Arrays::Brackets,
        Some(other) => return Err(format!("'{other}' is no ArrayFormat")),
    };
    let Value::Object(fields) = body else {
        return Err("a RequestBody that is URL_ENCODED must be an object".to_owned());
    };
    let mut pairs = Vec::new();
    for (name, value) in fields {
        flatten(name, value, arrays, &mut pairs)?;
    }
    // The URL's own query is written as a form is.
    let mut url = Url::parse("http://form").map_err(|why| why.to_string())?;
    url.query_pairs_mut().extend_pairs(pairs);
    Ok(url.query().unwrap_or_default().to_owned())
}

fn flatten(
    name: &str,
    value: &Value,
    arrays: Arrays,
    pairs: &mut Vec<(String, String)>,
) -> Result<(), String> {
    if pairs.len() >= FIELDS_MAX {
        return Err(format!("a form has {FIELDS_MAX} fields at the most"));
    }
    match value {
        Value::Object(fields) => {
            for (field, value) in fields {
                flatten(&format!("{name}[{field}]"), value, arrays, pairs)?;
            }
        }
        Value::Array(items) => match arrays {
            Arrays::Commas => {
                let items: Vec<_> = items.iter().map(super::text).collect();
                pairs.push((name.to_owned(), items.join(",")));
            }
            Arrays::Indices | Arrays::Repeat | Arrays::Brackets => {
                for (at, item) in items.iter().enumerate() {
                    let name = match arrays {
                        Arrays::Indices => format!("{name}[{at}]"),
                        Arrays::Brackets => format!("{name}[]"),
                        Arrays::Repeat | Arrays::Commas => name.to_owned(),
                    };
                    flatten(&name, item, arrays, pairs)?;
                }
            }
        },
        Value::Null => pairs.push((name.to_owned(), String::new())),
        value => pairs.push((name.to_owned(), super::text(value))),
    }
    Ok(())
}

#[cfg(test)]
mod tests;
