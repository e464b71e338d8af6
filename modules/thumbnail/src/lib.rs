//! Makes a picture smaller: `{"image": "iVBORw0K...", "width": 200, "height": 200}` gives
//! `{"image": "...", "type": "image/png", "width": 200, "height": 133, ...}`.
//!
//! The picture is PNG, JPEG, GIF (its first frame) or WebP: Base64 in the event (`image`) or a file of a volume (`path`).
//! It keeps its proportions and is never made larger; a camera's note on how it was held is heeded.

mod picture;

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::ImageFormat;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use steploom_function::{Error, info};

/// Bytes of a file.
const FILE_BYTES_MAX: u64 = 20 * 1024 * 1024;
/// Bytes of a result: what a state of a state machine may have.
const RESULT_BYTES_MAX: usize = 256 * 1024;
/// Pixels of a side of the thumbnail.
const SIDE_MAX: u32 = 2_000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Event {
    image: Option<String>,
    path: Option<String>,
    #[serde(default = "side_default")]
    width: u32,
    #[serde(default = "side_default")]
    height: u32,
    /// What comes out; what came in if it is left out.
    format: Option<Format>,
    /// Of JPEG.
    #[serde(default = "quality_default")]
    quality: u8,
}

fn side_default() -> u32 {
    200
}

fn quality_default() -> u8 {
    80
}

/// What a thumbnail is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Format {
    Png,
    Jpeg,
    Webp,
}

#[derive(Debug, Serialize)]
struct Thumbnail {
    image: String,
    r#type: &'static str,
    width: u32,
    height: u32,
    /// What came in.
    original: Original,
}

#[derive(Debug, Serialize)]
struct Original {
    r#type: &'static str,
    width: u32,
    height: u32,
}

#[steploom_function::handler]
fn handler(event: Event) -> Result<Box<RawValue>, Error> {
    let sides = 1..=SIDE_MAX;
    if !sides.contains(&event.width) || !sides.contains(&event.height) {
        let message = format!("\"width\" and \"height\" are 1 to {SIDE_MAX}");
        return Err(Error::new("InvalidEvent", message));
    }
    if !(1..=100).contains(&event.quality) {
        return Err(Error::new("InvalidEvent", "\"quality\" is 1 to 100"));
    }
    let bytes = bytes(&event)?;
    let (picture, format) = picture::read(&bytes)?;
    let small = picture::shrink(&picture, event.width, event.height);
    let written = picture::write(&small, target(event.format, format), event.quality)?;
    let thumbnail = Thumbnail {
        image: STANDARD.encode(&written),
        r#type: target(event.format, format).to_mime_type(),
        width: small.width(),
        height: small.height(),
        original: Original {
            r#type: format.to_mime_type(),
            width: picture.width(),
            height: picture.height(),
        },
    };
    info!("made", bytes = written.len());
    bounded(&thumbnail)
}

/// What to write: a GIF becomes PNG, which shows one frame better.
fn target(wanted: Option<Format>, original: ImageFormat) -> ImageFormat {
    match (wanted, original) {
        (Some(Format::Jpeg), _) | (None, ImageFormat::Jpeg) => ImageFormat::Jpeg,
        (Some(Format::Webp), _) | (None, ImageFormat::WebP) => ImageFormat::WebP,
        (Some(Format::Png) | None, _) => ImageFormat::Png,
    }
}

fn bytes(event: &Event) -> Result<Vec<u8>, Error> {
    match (&event.image, &event.path) {
        (Some(image), None) => STANDARD.decode(image).map_err(|error| {
            let message = format!("\"image\" is no Base64 of the standard alphabet: {error}");
            Error::new("InvalidBase64", message)
        }),
        (None, Some(path)) => file(path),
        _ => Err(Error::new(
            "InvalidEvent",
            "the event needs either \"image\", a file as Base64, or \"path\", a file in a volume",
        )),
    }
}

fn file(path: &str) -> Result<Vec<u8>, Error> {
    let unreadable = |error: std::io::Error| {
        let advice = "mount a volume with --volume NAME=/path, and name a file below /path";
        Error::new("FileUnreadable", format!("{path}: {error}; {advice}"))
    };
    let bytes = fs::metadata(path).map_err(unreadable)?.len();
    if bytes > FILE_BYTES_MAX {
        let message = format!("{path} has {bytes} bytes, {FILE_BYTES_MAX} are allowed");
        return Err(Error::new("ImageTooLarge", message));
    }
    fs::read(path).map_err(unreadable)
}

/// The result's JSON, if a state machine can take it.
fn bounded(thumbnail: &Thumbnail) -> Result<Box<RawValue>, Error> {
    let json = to_raw_value(thumbnail)?;
    let bytes = json.get().len();
    if bytes <= RESULT_BYTES_MAX {
        return Ok(json);
    }
    let message = format!(
        "the thumbnail makes {bytes} bytes, {RESULT_BYTES_MAX} are allowed: ask for fewer pixels, or for \"jpeg\""
    );
    Err(Error::new("ResultTooLarge", message))
}

#[cfg(test)]
mod tests;
