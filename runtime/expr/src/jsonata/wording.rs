//! What the engine says at evaluation, in the words of JSONata 2.0.6, which are AWS's.
//!
//! The codes are the same; the engine's texts are its own, and lack what only the reference
//! implementation carries along, such as the function whose argument is wrong. That comes from a
//! [`Trace`].

use serde_json::Value;

use super::trace::Trace;

/// What the engine puts before some messages that have a code.
const WRAPPERS: [&str; 3] = [
    "Invalid syntax: ",
    "Invalid number: ",
    "Signature validation failed: ",
];

/// A message without what the engine puts before its code.
pub(super) fn unwrapped(message: &str) -> &str {
    let mut wrappers = WRAPPERS.iter();
    let inner = wrappers.find_map(|wrapper| message.strip_prefix(wrapper));
    inner.unwrap_or(message)
}

/// Whether a message with this code names the call or the operator that failed.
pub(super) fn wants_trace(code: &str) -> bool {
    matches!(
        code,
        "T0410"
            | "T0411"
            | "T0412"
            | "T1010"
            | "T2007"
            | "T2009"
            | "T2010"
            | "D1001"
            | "D1002"
            | "D2014"
            | "D3030"
    )
}

/// The message with this code. `said` is the engine's, without the code.
pub(super) fn reworded(code: &str, said: &str, trace: &Trace) -> String {
    let text = fixed(code)
        .map(str::to_owned)
        .or_else(|| of_call(code, said, trace))
        .or_else(|| of_operator(code, said, trace))
        .or_else(|| with_value(code, said));
    format!("{code}: {}", text.as_deref().unwrap_or(said))
}

/// The messages that are always the same.
fn fixed(code: &str) -> Option<&'static str> {
    let at = FIXED.binary_search_by_key(&code, |(own, _)| own).ok()?;
    Some(FIXED[at].1)
}

/// The messages about the arguments of a call.
fn of_call(code: &str, said: &str, trace: &Trace) -> Option<String> {
    let name = || quoted(trace.call());
    Some(match code {
        "T0410" => format!(
            "Argument {} of function {} does not match function signature",
            argument(said, trace.call()),
            name()
        ),
        "T0411" => format!(
            "Context value is not a compatible type with argument 1 of function {}",
            name()
        ),
        "T0412" => format!(
            "Argument {} of function {} must be an array of {}",
            argument(said, trace.call()),
            name(),
            said.rsplit(' ').next().map(plural).unwrap_or_default()
        ),
        "T1010" => format!(
            "The matcher function argument passed to function {} does not return the correct object structure",
            name()
        ),
        _ => return None,
    })
}

/// The number of the argument that is wrong.
fn argument(said: &str, function: &str) -> usize {
    let number = |text: &str| text.split([' ', ',']).next().and_then(|n| n.parse().ok());
    if let Some(rest) = said.strip_prefix("Argument count mismatch: expected ") {
        let expected = number(rest).unwrap_or(0);
        let got = rest.rsplit(' ').next().and_then(number).unwrap_or(0);
        let parameters = parameters(function).unwrap_or(expected);
        return 1 + got.min(parameters);
    }
    said.strip_prefix("Argument ").and_then(number).unwrap_or(1)
}

/// How many parameters a function has, if it is one of the language's.
fn parameters(function: &str) -> Option<usize> {
    let at = PARAMETERS.iter().find(|(_, names)| {
        let mut names = names.split(' ');
        names.any(|name| name == function)
    })?;
    Some(at.0)
}

/// The functions by the number of their parameters.
const PARAMETERS: [(usize, &str); 5] = [
    (0, "millis random uuid"),
    (
        1,
        "abs average base64decode base64encode boolean ceil clone count decodeUrl decodeUrlComponent distinct encodeUrl encodeUrlComponent error exists floor keys length lowercase max merge min not number parse reverse shuffle spread sqrt sum trim type uppercase",
    ),
    (
        2,
        "append assert contains each filter formatBase formatInteger hash join lookup map now parseInteger partition power round sift single sort string substringAfter substringBefore toMillis",
    ),
    (
        3,
        "formatNumber fromMillis match pad range reduce split substring",
    ),
    (4, "replace"),
];

/// The messages about the operands of an operator.
fn of_operator(code: &str, said: &str, trace: &Trace) -> Option<String> {
    let quoted_token = || trace.operator().map(quoted);
    let [left, right] = trace.operands();
    Some(match code {
        "T2001" | "T2002" => {
            let (before, rest) = said.split_once(" of the ")?;
            let (symbol, after) = rest.split_once(" operator ")?;
            format!("{before} of the {} operator {after}", quoted(symbol))
        }
        "T2007" => format!(
            "Type mismatch when comparing values {} and {} in order-by clause",
            left?, right?
        ),
        "T2009" => format!(
            "The values {} and {} either side of operator {} must be of the same data type",
            left?,
            right?,
            quoted_token()?
        ),
        "T2010" => format!(
            "The expressions either side of operator {} must evaluate to numeric or string values",
            quoted_token()?
        ),
        "D1001" => "Number out of range: Infinity".to_owned(),
        "D1002" => format!("Cannot negate a non-numeric value: {}", left?),
        "D2014" => {
            let (first, last) = (left?.parse::<f64>().ok()?, right?.parse::<f64>().ok()?);
            format!(
                "The size of the sequence allocated by the range operator (..) must not exceed 1e6.  Attempted to allocate {}.",
                last - first + 1.0
            )
        }
        _ => return None,
    })
}

/// The messages that repeat a value which the engine's message has.
fn with_value(code: &str, said: &str) -> Option<String> {
    Some(match code {
        "D3030" => {
            let value = said.strip_prefix("Cannot convert '")?;
            let value = value.strip_suffix("' to number")?;
            format!("Unable to cast value to a number: {}", quoted(value))
        }
        "D3100" => {
            let (_, given) = said.rsplit_once(' ')?;
            format!(
                "The radix of the formatBase function must be between 2 and 36.  It was given {given}"
            )
        }
        "D3130" => format!(
            "Formatting or parsing an integer as a sequence starting with {} is not supported by this implementation",
            quoted(said)
        ),
        "D3132" => format!(
            "Unknown component specifier {} in date/time picture string",
            quoted(said)
        ),
        "D3133" => format!(
            "The 'name' modifier can only be applied to months and days in the date/time picture string, not {}",
            quoted(said)
        ),
        _ => return None,
    })
}

/// A text in quotes, as JSON.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// `Number` as `"numbers"`.
fn plural(kind: &str) -> String {
    format!("\"{}s\"", kind.to_lowercase())
}

/// Sorted by code.
const FIXED: [(&str, &str); 36] = [
    ("D1004", "Regular expression matches zero length string"),
    (
        "D3001",
        "Attempting to invoke string function on Infinity or NaN",
    ),
    (
        "D3010",
        "Second argument of replace function cannot be an empty string",
    ),
    (
        "D3011",
        "Fourth argument of replace function must evaluate to a positive number",
    ),
    (
        "D3012",
        "Attempted to replace a matched string with a non-string value",
    ),
    (
        "D3020",
        "Third argument of split function must evaluate to a positive number",
    ),
    (
        "D3040",
        "Third argument of match function must evaluate to a positive number",
    ),
    (
        "D3050",
        "The second argument of reduce function must be a function with at least two arguments",
    ),
    (
        "D3070",
        "The single argument form of the sort function can only be applied to an array of strings or an array of numbers.  Use the second argument to specify a comparison function",
    ),
    (
        "D3080",
        "The picture string must only contain a maximum of two sub-pictures",
    ),
    (
        "D3081",
        "The sub-picture must not contain more than one instance of the 'decimal-separator' character",
    ),
    (
        "D3082",
        "The sub-picture must not contain more than one instance of the 'percent' character",
    ),
    (
        "D3083",
        "The sub-picture must not contain more than one instance of the 'per-mille' character",
    ),
    (
        "D3084",
        "The sub-picture must not contain both a 'percent' and a 'per-mille' character",
    ),
    (
        "D3085",
        "The mantissa part of a sub-picture must contain at least one character that is either an 'optional digit character' or a member of the 'decimal digit family'",
    ),
    (
        "D3086",
        "The sub-picture must not contain a passive character that is preceded by an active character and that is followed by another active character",
    ),
    (
        "D3087",
        "The sub-picture must not contain a 'grouping-separator' character that appears adjacent to a 'decimal-separator' character",
    ),
    (
        "D3088",
        "The sub-picture must not contain a 'grouping-separator' at the end of the integer part",
    ),
    (
        "D3089",
        "The sub-picture must not contain two adjacent instances of the 'grouping-separator' character",
    ),
    (
        "D3090",
        "The integer part of the sub-picture must not contain a member of the 'decimal digit family' that is followed by an instance of the 'optional digit character'",
    ),
    (
        "D3091",
        "The fractional part of the sub-picture must not contain an instance of the 'optional digit character' that is followed by a member of the 'decimal digit family'",
    ),
    (
        "D3092",
        "A sub-picture that contains a 'percent' or 'per-mille' character must not contain a character treated as an 'exponent-separator'",
    ),
    (
        "D3093",
        "The exponent part of the sub-picture must comprise only of one or more characters that are members of the 'decimal digit family'",
    ),
    (
        "D3131",
        "In a decimal digit pattern, all digits must be from the same decimal group",
    ),
    (
        "D3134",
        "The timezone integer format specifier cannot have more than four digits",
    ),
    (
        "D3135",
        "No matching closing bracket ']' in date/time picture string",
    ),
    (
        "D3136",
        "The date/time picture string is missing specifiers required to parse the timestamp",
    ),
    (
        "D3138",
        "The $single() function expected exactly 1 matching result.  Instead it matched more.",
    ),
    (
        "D3139",
        "The $single() function expected exactly 1 matching result.  Instead it matched 0.",
    ),
    ("T1006", "Attempted to invoke a non-function"),
    ("T1008", "Attempted to partially apply a non-function"),
    (
        "T2003",
        "The left side of the range operator (..) must evaluate to an integer",
    ),
    (
        "T2004",
        "The right side of the range operator (..) must evaluate to an integer",
    ),
    (
        "T2006",
        "The right side of the function application operator ~> must be a function",
    ),
    (
        "T2008",
        "The expressions within an order-by clause must evaluate to numeric or string values",
    ),
    (
        "T2013",
        "The transform expression clones the input object using the $clone() function.  This has been overridden in the current scope by a non-function.",
    ),
];

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_is_sorted() {
        assert!(super::FIXED.is_sorted_by_key(|(code, _)| *code));
    }
}
