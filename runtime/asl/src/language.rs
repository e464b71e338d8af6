//! The two query languages: which one a state speaks, and which fields belong to which.

use serde_json::Value;

use crate::diagnostic::Report;
use crate::fields::Fields;

/// What a state speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    /// JSONPath.
    Path,
    /// JSONata.
    Query,
}

/// Who has a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spoken {
    /// States of either language.
    Both,
    /// Those that speak JSONPath.
    Path,
    /// Those that speak JSONata.
    Query,
}

/// A field's name, and who has it.
pub(crate) type Word = (&'static str, Spoken);

impl Language {
    /// As `QueryLanguage` has it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Path => "JSONPath",
            Self::Query => "JSONata",
        }
    }

    /// Whether a field of this kind belongs to it.
    pub(crate) fn has(self, spoken: Spoken) -> bool {
        match spoken {
            Spoken::Both => true,
            Spoken::Path => self == Self::Path,
            Spoken::Query => self == Self::Query,
        }
    }

    fn other(self) -> Self {
        match self {
            Self::Path => Self::Query,
            Self::Query => Self::Path,
        }
    }
}

/// What a machine speaks: JSONPath, if it does not say.
pub(crate) fn of_machine(fields: Fields<'_>, report: &mut Report) -> Language {
    written(fields, report).unwrap_or(Language::Path)
}

/// What a state speaks: what the machine does, if it does not say. A `Map`'s or a `Parallel`'s own
/// language is not that of the states within.
///
/// None if it says JSONPath, but the machine JSONata, which AWS refuses.
pub(crate) fn of_state(
    fields: Fields<'_>,
    machine: Language,
    report: &mut Report,
) -> Option<Language> {
    let own = written(fields, report);
    if own == Some(Language::Path) && machine == Language::Query {
        report.schema(
            "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine",
        );
        return None;
    }
    Some(own.unwrap_or(machine))
}

/// What `QueryLanguage` says. As on AWS, anything but `JSONPath` is taken for JSONata, so that what
/// else is wrong is told in the light of what was probably meant.
fn written(fields: Fields<'_>, report: &mut Report) -> Option<Language> {
    let value = fields.get("QueryLanguage")?;
    report.within("QueryLanguage", |report| match value {
        Value::String(text) if text == Language::Path.name() => Some(Language::Path),
        Value::String(text) => {
            if text != Language::Query.name() {
                report.schema("Value should be one of the following: [JSONPath, JSONata]");
            }
            Some(Language::Query)
        }
        _ => {
            report.schema("Expected value of type [STRING]");
            Some(Language::Query)
        }
    })
}

/// Tells of each field that `vocabulary` does not have, or has for the other language only.
pub(crate) fn check(
    fields: Fields<'_>,
    language: Option<Language>,
    report: &mut Report,
    vocabulary: impl Fn(&str) -> Option<Spoken>,
) {
    for name in fields.names() {
        match (vocabulary(name), language) {
            (None, _) => report.schema(format!("Field '{name}' is not supported")),
            (Some(spoken), Some(language)) if !language.has(spoken) => report.schema(format!(
                "The QueryLanguage is set to '{}', but field '{name}' is only supported for the '{}' QueryLanguage",
                language.name(),
                language.other().name()
            )),
            (Some(_), _) => {}
        }
    }
}

/// Looks a field up in a list.
pub(crate) fn find(words: &[Word], name: &str) -> Option<Spoken> {
    let word = words.iter().find(|(own, _)| *own == name);
    word.map(|(_, spoken)| *spoken)
}
