//! Small pictures for the image challenges, drawn by code: a circle and a triangle as PNG, a square as
//! GIF, so that a client cannot assume one media type.

const SIDE: u16 = 64;
const SHADES: u8 = 16;

/// A circle, a triangle and a square, in base64 without a `data:` prefix, as Flinks sends them.
pub(crate) fn pictures() -> [String; 3] {
    let [circle, triangle, square] = [
        Drawing::new([214, 69, 65], |x, y| x.hypot(y) - 24.0),
        Drawing::new([46, 134, 193], |x, y| {
            let slope = x.abs() * 0.894_427_2 - (y + 26.0) * 0.447_213_6;
            slope.max(y - 22.0)
        }),
        Drawing::new([39, 158, 96], |x, y| x.abs().max(y.abs()) - 22.0),
    ];
    [circle.png(), triangle.png(), square.gif()].map(|bytes| base64(&bytes))
}

/// One shade for each pixel: 0 is the background, the last shade is the ink.
struct Drawing {
    palette: Vec<u8>,
    shades: Vec<u8>,
}

impl Drawing {
    /// `distance` is the distance of a point from the edge of the shape, negative inside the shape. (0, 0) is
    /// the middle of the picture. Pixels on the edge get a shade between background and ink.
    fn new(ink: [u8; 3], distance: impl Fn(f32, f32) -> f32) -> Self {
        let middle = f32::from(SIDE) / 2.0 - 0.5;
        let shade = |x, y| {
            let inside = 0.5 - distance(f32::from(x) - middle, f32::from(y) - middle);
            (inside.clamp(0.0, 1.0) * f32::from(SHADES - 1)).round() as u8
        };
        let shades = (0..SIDE).flat_map(|y| (0..SIDE).map(move |x| (x, y)));
        let shades = shades.map(|(x, y)| shade(x, y)).collect();

        let background = 244u16;
        let last = u16::from(SHADES - 1);
        let mix = |level, part: u8| (background * (last - level) + u16::from(part) * level) / last;
        let palette = (0..=last).flat_map(|level| ink.map(|part| mix(level, part) as u8));
        Self {
            palette: palette.collect(),
            shades,
        }
    }

    fn png(&self) -> Vec<u8> {
        // Four bits for each pixel; each row starts with a filter byte of 0.
        let mut raw = Vec::new();
        for row in self.shades.chunks(usize::from(SIDE)) {
            raw.push(0);
            raw.extend(
                row.chunks(2)
                    .map(|two| two.iter().fold(0, |byte, shade| byte << 4 | shade)),
            );
        }
        let side = u32::from(SIDE).to_be_bytes();
        let header = [&side[..], &side[..], &[4, 3, 0, 0, 0]].concat();

        let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
        for (name, data) in [
            (b"IHDR", header),
            (b"PLTE", self.palette.clone()),
            (b"IDAT", zlib_stored(&raw)),
            (b"IEND", Vec::new()),
        ] {
            png.extend((data.len() as u32).to_be_bytes());
            let chunk = [&name[..], &data[..]].concat();
            png.extend(&chunk);
            png.extend(crc32(&chunk).to_be_bytes());
        }
        png
    }

    fn gif(&self) -> Vec<u8> {
        let mut gif = b"GIF89a".to_vec();
        let side = SIDE.to_le_bytes();
        gif.extend([&side[..], &side[..], &[0b1000_0011, 0, 0]].concat());
        gif.extend(&self.palette);
        gif.extend([&[b',', 0, 0, 0, 0][..], &side[..], &side[..], &[0, 4]].concat());
        for block in uncompressed_lzw(&self.shades).chunks(255) {
            gif.push(block.len() as u8);
            gif.extend(block);
        }
        gif.extend([0, b';']);
        gif
    }
}

/// Deflate without compression: one stored block of up to 65,535 bytes.
fn zlib_stored(raw: &[u8]) -> Vec<u8> {
    let length = raw.len() as u16;
    let (mut a, mut b) = (1u32, 0u32);
    for byte in raw {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    let adler = (b << 16 | a).to_be_bytes();
    let block = [&length.to_le_bytes()[..], &(!length).to_le_bytes()[..], raw].concat();
    [&[0x78, 0x01, 0x01][..], &block, &adler].concat()
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

/// LZW of four-bit pixels without compression: the table is cleared before codes need six bits.
fn uncompressed_lzw(pixels: &[u8]) -> Vec<u8> {
    const CLEAR: u8 = 16;
    const END: u8 = 17;
    let mut codes = Vec::new();
    for run in pixels.chunks(12) {
        codes.push(CLEAR);
        codes.extend(run);
    }
    codes.push(END);

    let (mut bytes, mut pending, mut bits) = (Vec::new(), 0u32, 0);
    for code in codes {
        pending |= u32::from(code) << bits;
        bits += 5;
        while bits >= 8 {
            bytes.push(pending as u8);
            pending >>= 8;
            bits -= 8;
        }
    }
    bytes.push(pending as u8);
    bytes
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let word = three
            .iter()
            .fold(0u32, |word, byte| word << 8 | u32::from(*byte));
        let word = word << (8 * (3 - three.len()));
        for position in 0..4usize {
            let digit = DIGITS.get((word >> (18 - 6 * position)) as usize & 63);
            text.push(
                digit
                    .filter(|_| position <= three.len())
                    .map_or('=', |d| char::from(*d)),
            );
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_picture_is_small_and_has_its_media_type() {
        let all = pictures();
        let starts = ["iVBORw0KGgo", "iVBORw0KGgo", "R0lGODlh"];
        for (picture, start) in all.iter().zip(starts) {
            assert!(picture.starts_with(start), "{picture}");
            assert!(picture.len() < 6_000, "{}", picture.len());
        }
    }

    #[test]
    fn base64_is_padded() {
        let texts: [&[u8]; 4] = [b"", b"f", b"fo", b"foo"];
        assert_eq!(texts.map(base64), ["", "Zg==", "Zm8=", "Zm9v"]);
    }

    #[test]
    fn the_checksums_are_the_standard_ones() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert!(zlib_stored(b"123456789").ends_with(&0x091e_01de_u32.to_be_bytes()));
    }
}
