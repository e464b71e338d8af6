//! Reading, shrinking and writing pictures.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::error::{ImageError, LimitErrorKind};
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, Rgb, RgbImage};
use steploom_function::Error;

/// Pixels of a side of what comes in.
const SIDE_MAX: u32 = 10_000;
/// Memory for the pixels of what comes in: 16 million with four bytes each. A small file may say that it has billions.
const PIXEL_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// The picture in a file's bytes, upright, and what it was written as.
pub(crate) fn read(bytes: &[u8]) -> Result<(DynamicImage, ImageFormat), Error> {
    let mut reader = ImageReader::new(Cursor::new(bytes));
    let format = image::guess_format(bytes).map_err(|_| unknown())?;
    reader.set_format(format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(PIXEL_BYTES_MAX);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(refused)?;
    if decoder.total_bytes() > PIXEL_BYTES_MAX {
        return Err(too_large());
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(refused)?;
    picture.apply_orientation(orientation);
    Ok((picture, format))
}

/// The same within so many pixels.
pub(crate) fn shrink(picture: &DynamicImage, width: u32, height: u32) -> DynamicImage {
    if picture.width() <= width && picture.height() <= height {
        return picture.clone();
    }
    picture.resize(width, height, FilterType::Triangle)
}

/// A file's bytes.
pub(crate) fn write(
    picture: &DynamicImage,
    format: ImageFormat,
    quality: u8,
) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    match format {
        ImageFormat::Jpeg => {
            opaque(picture).write_with_encoder(JpegEncoder::new_with_quality(&mut bytes, quality))
        }
        // What these can show: eight bits a colour.
        _ if picture.color().has_alpha() => {
            let picture = DynamicImage::from(picture.to_rgba8());
            picture.write_to(&mut Cursor::new(&mut bytes), format)
        }
        _ => {
            let picture = DynamicImage::from(picture.to_rgb8());
            picture.write_to(&mut Cursor::new(&mut bytes), format)
        }
    }
    .map_err(|error| Error::new("WriteFailed", error.to_string()))?;
    Ok(bytes)
}

/// The picture on white: JPEG has nothing to see through.
fn opaque(picture: &DynamicImage) -> DynamicImage {
    if !picture.color().has_alpha() {
        return DynamicImage::from(picture.to_rgb8());
    }
    let seen = picture.to_rgba8();
    let on_white = RgbImage::from_fn(seen.width(), seen.height(), |x, y| {
        let [red, green, blue, alpha] = seen.get_pixel(x, y).0.map(u16::from);
        let mix =
            |colour: u16| u8::try_from((colour * alpha + 255 * (255 - alpha)) / 255).unwrap_or(255);
        Rgb([mix(red), mix(green), mix(blue)])
    });
    DynamicImage::from(on_white)
}

fn refused(error: ImageError) -> Error {
    match &error {
        ImageError::Unsupported(_) => unknown(),
        ImageError::Limits(limit)
            if matches!(
                limit.kind(),
                LimitErrorKind::DimensionError | LimitErrorKind::InsufficientMemory
            ) =>
        {
            too_large()
        }
        _ => Error::new("InvalidImage", error.to_string()),
    }
}

fn unknown() -> Error {
    let message = "it is no PNG, JPEG, GIF or WebP, or of a kind that is rarely used: convert it to one of them";
    Error::new("UnknownFormat", message)
}

fn too_large() -> Error {
    let message = format!(
        "the picture has more than {SIDE_MAX} pixels a side, or more than {PIXEL_BYTES_MAX} bytes in memory"
    );
    Error::new("ImageTooLarge", message)
}
