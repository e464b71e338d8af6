//! What a scripted function does with its event.

use serde_json::{Value, json};
use steploom_machine::Failure;
use steploom_types::Json;

use crate::service::Answer;
use crate::spaced;

/// The longest text that [`Behaviour::Repeat`] makes, in bytes: above every limit of payloads.
const REPEATED_BYTES_MAX: usize = 16 << 20;

/// How many behaviours may stand in one another.
const DEPTH_MAX: usize = 32;

/// What a scripted function does.
#[derive(Clone, Debug, PartialEq)]
pub enum Behaviour {
    /// Answers with its event.
    Echo,
    /// Answers with this.
    Constant(Value),
    /// Fails, as a runtime reports an exception: with its type, and as cause a JSON text.
    Fail {
        /// The error's name.
        error_type: String,
        /// Its message.
        message: String,
    },
    /// Takes so many seconds, then does something else.
    Sleep {
        /// How long.
        seconds: u64,
        /// What then.
        then: Box<Behaviour>,
    },
    /// Answers with a text so many times in a row.
    Repeat {
        /// The text.
        text: String,
        /// How often.
        times: usize,
    },
    /// Answers with a text: this one, and the event as Python prints it.
    Prefix(String),
}

impl Behaviour {
    /// Reads one as the conformance files have it: `{"behaviour": "echo"}`, and so on.
    ///
    /// # Errors
    /// What is wrong with it, for people.
    pub fn parse(value: &Value) -> Result<Self, String> {
        Self::parse_at(value, 0)
    }

    fn parse_at(value: &Value, depth: usize) -> Result<Self, String> {
        if depth > DEPTH_MAX {
            return Err(format!("more than {DEPTH_MAX} behaviours in one another"));
        }
        let text = |field: &str| {
            let text = value[field].as_str().map(str::to_owned);
            text.ok_or_else(|| format!("a behaviour needs a text '{field}'"))
        };
        let number = |field: &str| {
            let number = value[field].as_u64();
            number.ok_or_else(|| format!("a behaviour needs a whole number '{field}'"))
        };
        match text("behaviour")?.as_str() {
            "echo" => Ok(Self::Echo),
            "constant" => Ok(Self::Constant(value["value"].clone())),
            "fail" => Ok(Self::Fail {
                error_type: text("errorType")?,
                message: text("errorMessage")?,
            }),
            "sleep" => Ok(Self::Sleep {
                seconds: number("seconds")?,
                then: Box::new(Self::parse_at(&value["then"], depth + 1)?),
            }),
            "repeat" => Ok(Self::Repeat {
                text: text("text")?,
                times: number("times")? as usize,
            }),
            "prefix_repr" => Ok(Self::Prefix(text("prefix")?)),
            other => Err(format!("there is no behaviour '{other}'")),
        }
    }

    /// What a function that behaves so makes of an event.
    pub(crate) fn answer(&self, event: &Value) -> Answer {
        match self {
            Self::Echo => printed(event),
            Self::Constant(value) => printed(value),
            Self::Fail {
                error_type,
                message,
            } => {
                let cause = json!({
                    "errorMessage": message,
                    "errorType": error_type,
                    "requestId": "00000000-0000-4000-8000-000000000001",
                    "stackTrace": [],
                });
                Answer::Fail(Failure::new(error_type.clone(), cause.to_string()))
            }
            Self::Sleep { seconds, then } => {
                Answer::After(seconds.saturating_mul(1000), Box::new(then.answer(event)))
            }
            Self::Repeat { text, times } => {
                let times = (*times).min(REPEATED_BYTES_MAX / text.len().max(1));
                Answer::Ok(Value::from(text.repeat(times)).into())
            }
            Self::Prefix(prefix) => {
                let event = event.to_string().replace('"', "'");
                Answer::Ok(Value::from(format!("{prefix}{event}")).into())
            }
        }
    }
}

/// An answer whose text is what a Python function prints: lengths in metadata come from it.
fn printed(value: &Value) -> Answer {
    let text = spaced::text(value);
    Answer::Ok(Json::parse(&text).unwrap_or_else(|_| value.clone().into()))
}
