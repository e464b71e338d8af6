use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};
use serde_json::{Value, json};

use super::handler;

/// A picture whose left half is red and whose right half is clear.
fn halves(width: u32, height: u32) -> DynamicImage {
    DynamicImage::from(RgbaImage::from_fn(width, height, |x, _| {
        if x < width / 2 {
            Rgba([255, 0, 0, 255])
        } else {
            Rgba([0, 0, 0, 0])
        }
    }))
}

fn file(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).expect("it is written");
    bytes.into_inner()
}

/// What the function answers: a result, or the name of an error.
fn answer(event: &Value) -> Result<Value, String> {
    let event = event.to_string();
    let answer = steploom_function::answer(event.as_bytes(), handler);
    let json: Value = serde_json::from_slice(&answer.json).expect("answers are JSON");
    if answer.failed {
        Err(json["errorType"].as_str().unwrap_or_default().to_owned())
    } else {
        Ok(json)
    }
}

fn made(answer: &Value) -> DynamicImage {
    let bytes = STANDARD
        .decode(answer["image"].as_str().expect("text"))
        .expect("Base64");
    image::load_from_memory(&bytes).expect("a picture")
}

#[test]
fn every_format_is_made_smaller() {
    let opaque = DynamicImage::from(halves(300, 200).to_rgb8());
    for (format, picture, r#type) in [
        (ImageFormat::Png, halves(300, 200), "image/png"),
        (ImageFormat::Jpeg, opaque, "image/jpeg"),
        (ImageFormat::Gif, halves(300, 200), "image/png"),
        (ImageFormat::WebP, halves(300, 200), "image/webp"),
    ] {
        let image = STANDARD.encode(file(&picture, format));
        let small =
            answer(&json!({"image": image, "width": 30, "height": 30})).expect("a thumbnail");
        assert_eq!(small["type"], r#type);
        assert_eq!(
            small["original"],
            json!({"type": format.to_mime_type(), "width": 300, "height": 200})
        );
        let picture = made(&small);
        assert_eq!((picture.width(), picture.height()), (30, 20), "{type}");
        let left = picture.to_rgba8().get_pixel(2, 10).0;
        assert!(
            left[0] > 240 && left[1] < 15 && left[3] == 255,
            "{type}: {left:?}"
        );
    }
}

#[test]
fn a_small_picture_stays_as_large_as_it_is() {
    let image = STANDARD.encode(file(&halves(3, 2), ImageFormat::Png));
    let small = answer(&json!({"image": image})).expect("a thumbnail");
    assert_eq!((&small["width"], &small["height"]), (&json!(3), &json!(2)));
    assert_eq!(made(&small).to_rgba8(), halves(3, 2).to_rgba8());
}

#[test]
fn what_is_clear_is_white_in_jpeg() {
    let image = STANDARD.encode(file(&halves(64, 64), ImageFormat::Png));
    let small =
        answer(&json!({"image": image, "format": "jpeg", "quality": 95})).expect("a thumbnail");
    let right = made(&small).to_rgb8().get_pixel(56, 32).0;
    assert!(right.iter().all(|colour| *colour > 245), "{right:?}");
}

#[test]
fn a_file_is_read_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.png");
    std::fs::write(&path, file(&halves(300, 200), ImageFormat::Png)).expect("written");
    let small = answer(&json!({"path": path, "width": 3})).expect("a thumbnail");
    assert_eq!((&small["width"], &small["height"]), (&json!(3), &json!(2)));
}

#[test]
fn what_cannot_be_done_has_a_name() {
    let png = file(&halves(30, 20), ImageFormat::Png);
    let cut = STANDARD.encode(&png[..png.len() - 30]);
    // The header says 100,000 x 100,000.
    let mut huge = png.clone();
    huge[16..24].copy_from_slice(&[0, 1, 0x86, 0xA0, 0, 1, 0x86, 0xA0]);
    let png = STANDARD.encode(&png);
    for (event, error) in [
        (json!({}), "InvalidEvent"),
        (json!({"image": png, "path": "a"}), "InvalidEvent"),
        (json!({"image": png, "width": 0}), "InvalidEvent"),
        (json!({"image": png, "height": 2001}), "InvalidEvent"),
        (json!({"image": png, "quality": 0}), "InvalidEvent"),
        (json!({"image": png, "format": "bmp"}), "InvalidEvent"),
        (json!({"image": "?"}), "InvalidBase64"),
        (json!({"image": ""}), "UnknownFormat"),
        (json!({"image": "AAAA"}), "UnknownFormat"),
        (json!({"image": STANDARD.encode("<svg/>")}), "UnknownFormat"),
        (json!({"image": cut}), "InvalidImage"),
        (json!({"image": STANDARD.encode(&huge)}), "InvalidImage"),
        (json!({"path": "/nowhere.png"}), "FileUnreadable"),
    ] {
        let told = answer(&event);
        assert!(
            matches!(&told, Err(name) if name == error),
            "{event:.60}: {told:?}"
        );
    }
}

#[test]
fn damaged_files_never_panic() {
    for format in [
        ImageFormat::Png,
        ImageFormat::Jpeg,
        ImageFormat::Gif,
        ImageFormat::WebP,
    ] {
        let picture = DynamicImage::from(halves(12, 9).to_rgb8());
        let bytes = file(&picture, format);
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x5A;
            for event in [STANDARD.encode(&damaged), STANDARD.encode(&bytes[..at])] {
                let _ = answer(&json!({"image": event, "width": 4}));
            }
        }
    }
}
