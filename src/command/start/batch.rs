//! `start --batch`: a file of starts, sent in parts.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::time::Duration;

use serde_json::{Map, Value};
use steploom_api::wire::{StartAnswer, StartError, StartExecution};
use steploom_sdk::Client;
use tokio::task::JoinHandle;

use crate::command::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input::unreadable;
use crate::view::live::Progress;
use crate::view::{human, out};

/// Starts in one request: enough that a request costs little, and few enough that the bar moves.
const PART_STARTS: usize = 1_000;

/// Bytes after which a request is sent.
const PART_BYTES: usize = 4 * 1024 * 1024;

/// Requests under way at once.
const UNDER_WAY_MAX: usize = 4;

/// How often a start is sent that the server has no room for, with a second in between.
const ATTEMPTS_MAX: u32 = 60;

/// A line of the file, ready to be sent.
struct Line {
    number: u64,
    has_name: bool,
    text: Vec<u8>,
}

/// Lines that go into one request, and how far into the file they reach.
#[derive(Default)]
struct Part {
    lines: Vec<Line>,
    bytes: usize,
    read: u64,
}

/// What became of a part, line by line.
type Answers = Vec<(u64, StartAnswer)>;

#[derive(Default)]
struct Counts {
    started: u64,
    there: u64,
    refused: u64,
}

/// Starts an execution for each line, with what it says in place of what `common` says.
pub(super) async fn run(
    file: &Path,
    common: &StartExecution,
    context: &Context,
) -> Result<(), Failure> {
    let (mut reader, bytes) = open(file)?;
    let common = fields(common)?;
    let progress = Progress::new(bytes);
    let mut counts = Counts::default();
    let mut under_way: VecDeque<(u64, JoinHandle<Result<Answers, Failure>>)> = VecDeque::new();
    let (mut number, mut read) = (0, 0);
    loop {
        let part = next_part(&mut reader, (&mut number, &mut read), &common)?;
        let is_last = part.lines.is_empty();
        if !is_last {
            let upto = part.read;
            let sending = tokio::spawn(send(context.client.clone(), part));
            under_way.push_back((upto, sending));
        }
        while under_way.len() >= UNDER_WAY_MAX || (is_last && !under_way.is_empty()) {
            let Some((upto, sent)) = under_way.pop_front() else {
                break;
            };
            let answers = sent.await.map_err(|e| Failure::local(e.to_string()))??;
            counts.take(answers, &progress, context.json)?;
            progress.show(upto, counts.text());
        }
        if is_last {
            break;
        }
    }
    progress.clear();
    out::note(counts.text());
    if counts.refused > 0 {
        return Err(Failure::said(Exit::Failed));
    }
    Ok(())
}

impl Counts {
    fn take(&mut self, answers: Answers, progress: &Progress, json: bool) -> Result<(), Failure> {
        for (number, answer) in answers {
            if json {
                out::json_line(&answer)?;
            }
            match answer {
                StartAnswer::Accepted { is_new: true, .. } => self.started += 1,
                StartAnswer::Accepted { is_new: false, .. } => self.there += 1,
                StartAnswer::Refused { error } => {
                    self.refused += 1;
                    let StartError { code, message, .. } = error;
                    progress.note(&format!("line {number}: {message} [{code}]"));
                }
            }
        }
        Ok(())
    }

    fn text(&self) -> String {
        let mut text = format!("{} started", human::count(self.started));
        if self.there > 0 {
            text.extend([", ", &human::count(self.there), " there already"]);
        }
        if self.refused > 0 {
            text.extend([", ", &human::count(self.refused), " refused"]);
        }
        text
    }
}

fn open(file: &Path) -> Result<(Box<dyn BufRead>, Option<u64>), Failure> {
    if file == Path::new("-") {
        return Ok((Box::new(BufReader::new(io::stdin())), None));
    }
    let opened = File::open(file).map_err(|error| unreadable(file, &error))?;
    let bytes = opened.metadata().ok().map(|metadata| metadata.len());
    Ok((Box::new(BufReader::new(opened)), bytes))
}

/// The lines of the next request; none at the end of the file. The position is the last line's number
/// and its end in the file.
fn next_part(
    reader: &mut dyn BufRead,
    (number, read): (&mut u64, &mut u64),
    common: &Map<String, Value>,
) -> Result<Part, Failure> {
    let mut part = Part::default();
    let mut text = Vec::new();
    while part.lines.len() < PART_STARTS && part.bytes < PART_BYTES {
        text.clear();
        let bytes = reader.read_until(b'\n', &mut text)?;
        if bytes == 0 {
            break;
        }
        *number += 1;
        *read += bytes as u64;
        if !text.trim_ascii().is_empty() {
            let line = line(*number, &text, common)?;
            part.bytes += line.text.len();
            part.lines.push(line);
        }
    }
    part.read = *read;
    Ok(part)
}

/// What all lines have in common.
fn fields(common: &StartExecution) -> Result<Map<String, Value>, Failure> {
    let fields = serde_json::to_value(common).map_err(|e| Failure::local(e.to_string()))?;
    let Value::Object(mut fields) = fields else {
        return Ok(Map::new());
    };
    fields.remove("input");
    Ok(fields)
}

/// A line with what it has in common with the others. The machine and its version or qualifier are the command's; tags
/// are those of both.
fn line(number: u64, text: &[u8], common: &Map<String, Value>) -> Result<Line, Failure> {
    let own: Map<String, Value> = serde_json::from_slice(text).map_err(|error| {
        let title = format!("line {number} is no JSON object: {error}");
        Failure::new(Exit::Refused, "InvalidJson", title)
    })?;
    let mut start = common.clone();
    for (field, value) in own {
        match (start.get_mut(&field), value) {
            (Some(_), _) if matches!(&*field, "machine" | "version" | "qualifier") => {}
            (Some(Value::Object(tags)), Value::Object(more)) if field == "tags" => {
                tags.extend(more);
            }
            (_, value) => drop(start.insert(field, value)),
        }
    }
    let mut text = serde_json::to_vec(&start).map_err(|e| Failure::local(e.to_string()))?;
    text.push(b'\n');
    Ok(Line {
        number,
        has_name: start.contains_key("name"),
        text,
    })
}

/// Sends a part, and again those of its lines for which there was no room.
async fn send(client: Client, part: Part) -> Result<Answers, Failure> {
    let mut lines = part.lines;
    let mut answers = Vec::with_capacity(lines.len());
    for attempt in 1.. {
        let text = lines.iter().flat_map(|line| &line.text).copied().collect();
        let is_repeatable = lines.iter().all(|line| line.has_name);
        let answered = client.start_lines(text, is_repeatable).await?;
        let mut again = Vec::new();
        for (line, answer) in lines.into_iter().zip(answered) {
            if attempt < ATTEMPTS_MAX && may_repeat(&line, &answer) {
                again.push(line);
            } else {
                answers.push((line.number, answer));
            }
        }
        if again.is_empty() {
            break;
        }
        lines = again;
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    answers.sort_by_key(|(number, _)| *number);
    Ok(answers)
}

/// Whether it was refused for now. With 503 nobody knows whether it was accepted: only a name makes
/// it safe to ask again.
fn may_repeat(line: &Line, answer: &StartAnswer) -> bool {
    match answer {
        StartAnswer::Accepted { .. } => false,
        StartAnswer::Refused { error } => {
            error.status == 429 || (error.status == 503 && line.has_name)
        }
    }
}
