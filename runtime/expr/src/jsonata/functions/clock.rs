//! `$now`, `$millis` and `$toMillis`, at the instant that the environment says.

use jsonata_core::ast::AstNode;
use jsonata_core::evaluator::{Context, Evaluator, EvaluatorError};
use jsonata_core::value::JValue;

use super::Call;

/// `$now([picture[, zone]])`.
pub(super) fn now(call: &Call<'_>) -> Result<JValue, EvaluatorError> {
    if call.lacks(0) && call.lacks(1) {
        return Ok(call.chance.now.to_string().into());
    }
    let now = JValue::Number(call.chance.now.as_millis() as f64);
    let mut args = vec![now];
    args.extend(call.args.iter().take(2).cloned());
    engines("fromMillis", args)
}

/// `$millis()`.
#[expect(clippy::unnecessary_wraps, reason = "the table wants one signature")]
pub(super) fn millis(call: &Call<'_>) -> Result<JValue, EvaluatorError> {
    Ok(JValue::Number(call.chance.now.as_millis() as f64))
}

/// `$toMillis(text[, picture])`. What stands before the first component of the picture is, by the
/// language, taken from the clock: it is written out here, so that the engine need not look.
pub(super) fn to_millis(call: &Call<'_>) -> Result<JValue, EvaluatorError> {
    let (Some(text), Some(picture)) = (call.arg(0).as_str(), call.arg(1).as_str()) else {
        return engines("toMillis", call.args.iter().take(2).cloned().collect());
    };
    let missing = missing(picture);
    if missing.is_empty() {
        return engines("toMillis", call.args.to_vec());
    }
    let prefix = JValue::from(missing.as_str());
    let now = JValue::Number(call.chance.now.as_millis() as f64);
    let written = engines("fromMillis", vec![now, prefix])?;
    let text = format!("{}{text}", written.as_str().unwrap_or_default());
    let picture = format!("{missing}{picture}");
    engines("toMillis", vec![text.into(), picture.into()])
}

/// A picture of the components that a picture leaves to the clock, from the year down.
fn missing(picture: &str) -> String {
    let has = |letters: &str| components(picture).any(|own| letters.contains(own));
    let date = || components(picture).filter(|own| "YXMxWwdD".contains(*own));
    let is_within = |letters: &str| date().all(|own| letters.contains(own));
    // Weeks cannot be read, and what has no components is not read.
    let has_weeks = date().next().is_some() && (is_within("Xxw") || is_within("XW"));
    if has_weeks || components(picture).next().is_none() {
        return String::new();
    }
    let date: &[(&str, &str)] = if has("d") {
        &[("Y", "[Y0001]|"), ("d", "")]
    } else {
        &[("Y", "[Y0001]|"), ("M", "[M01]|"), ("D", "[D01]|")]
    };
    let time: &[(&str, &str)] = if has("hP") && !has("H") {
        &[("P", "[P]|"), ("h", "[h01]|")]
    } else {
        &[("H", "[H01]|")]
    };
    let rest: &[(&str, &str)] = &[("m", "[m01]|"), ("s", "[s01]|"), ("f", "[f001]|")];
    let all = date.iter().chain(time).chain(rest);
    all.take_while(|(letter, _)| !has(letter))
        .map(|(_, picture)| *picture)
        .collect()
}

/// The letters of a picture's components: `[Y0001]-[M01]` has `Y` and `M`.
fn components(picture: &str) -> impl Iterator<Item = char> {
    picture
        .split('[')
        .skip(1)
        .filter_map(|marker| marker.trim_start().chars().next())
}

/// Calls the engine's own function.
fn engines(name: &str, args: Vec<JValue>) -> Result<JValue, EvaluatorError> {
    let names = ["a", "b", "c"];
    let mut context = Context::new();
    let mut nodes = Vec::new();
    for (name, value) in names.iter().zip(args) {
        context.bind((*name).to_owned(), value);
        nodes.push(AstNode::variable(*name));
    }
    let call = AstNode::Function {
        name: name.to_owned(),
        args: nodes,
        is_builtin: true,
    };
    Evaluator::with_context(context).evaluate(&call, &JValue::Undefined)
}
