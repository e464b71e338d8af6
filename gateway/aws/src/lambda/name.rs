//! Names and ARNs in requests.

use steploom_types::{Name, arn};

use super::{Call, invalid, missing};
use crate::Failure;

/// The newest version.
pub(super) const LATEST: &str = "$LATEST";

/// A function that a request names, and which version or alias of it.
pub(super) struct Target {
    pub(super) name: Name,
    pub(super) qualifier: Option<String>,
}

impl Target {
    /// A function.
    pub(super) fn of(name: Name) -> Self {
        Self {
            name,
            qualifier: None,
        }
    }

    /// Reads a name, a partial ARN or an ARN, each with a qualifier or without, and the qualifier beside it.
    ///
    /// # Errors
    /// `InvalidParameterValueException` when the two qualifiers differ; `ResourceNotFoundException` for
    /// a function of another region, or a name that none can have.
    pub(super) fn read(text: &str, qualifier: Option<&str>) -> Result<Self, Failure> {
        let rest = if let Some((before, rest)) = text.split_once("function:") {
            ensure_here(before)?;
            rest
        } else {
            text
        };
        let (name, derived) = match rest.split_once(':') {
            Some((name, derived)) => (name, Some(derived)),
            None => (rest, None),
        };
        if let (Some(derived), Some(qualifier)) = (derived, qualifier)
            && derived != qualifier
        {
            return Err(invalid(
                "The derived qualifier from the function name does not match the specified qualifier.",
            ));
        }
        let qualifier = derived.or(qualifier).map(str::to_owned);
        let name = name
            .parse()
            .map_err(|_| missing(format!("Function not found: {text}")))?;
        Ok(Self { name, qualifier })
    }

    /// The function's ARN.
    pub(super) fn arn(&self, call: &Call<'_>) -> String {
        arn::function(call.account, &self.name)
    }

    /// The same with the qualifier, if there is one.
    pub(super) fn qualified_arn(&self, call: &Call<'_>) -> String {
        match &self.qualifier {
            None => self.arn(call),
            Some(qualifier) => format!("{}:{qualifier}", self.arn(call)),
        }
    }

    /// The qualifier, unless it is that of the newest version.
    pub(super) fn published(&self) -> Option<&str> {
        self.qualifier.as_deref().filter(|text| *text != LATEST)
    }
}

/// What stands before `function:`, such as `arn:aws:lambda:us-east-1:000000000000:`.
fn ensure_here(before: &str) -> Result<(), Failure> {
    let mut parts = before.split(':');
    let is_arn = parts.next() == Some("arn");
    match parts.nth(2).filter(|_| is_arn) {
        Some(region) if region != arn::REGION => Err(missing(format!(
            "Functions from '{region}' are not reachable in this region ('{}')",
            arn::REGION
        ))),
        _ => Ok(()),
    }
}
