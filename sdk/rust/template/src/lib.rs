//! Greets whoever the event names: `{"name": "Ada"}` gives `{"greeting": "Hello, Ada!"}`.

use serde::{Deserialize, Serialize};
use steploom_function::{Error, info};

#[derive(Deserialize)]
struct Event {
    name: Option<String>,
}

#[derive(Debug, PartialEq, Serialize)]
struct Greeting {
    greeting: String,
}

#[steploom_function::handler]
fn handler(event: Event) -> Result<Greeting, Error> {
    let name = event
        .name
        .ok_or_else(|| Error::new("MissingName", "the event needs a \"name\""))?;
    info!("greeted", name = name);
    Ok(Greeting {
        greeting: format!("Hello, {name}!"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn greets_by_name() {
        let name = Some("Ada".to_owned());
        let greeting = "Hello, Ada!".to_owned();
        assert_eq!(handler(Event { name }), Ok(Greeting { greeting }));
    }

    #[test]
    fn without_a_name_there_is_nobody_to_greet() {
        let error = handler(Event { name: None }).expect_err("nobody to greet");
        assert_eq!(error.name(), "MissingName");
    }
}
