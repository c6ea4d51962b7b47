//! The bytes of a text file -> text. It handles encodings and line ends, not the content of lines.

use super::source::Source;
use super::wrong::Wrong;

/// Byte order marks (Unicode 16, 23.8) of encodings other than UTF-8.
const MARKS: [(&[u8], Encoding); 4] = [
    // Before UTF-16, whose mark is a prefix of this one.
    (b"\xff\xfe\0\0", Encoding::Utf32),
    (b"\0\0\xfe\xff", Encoding::Utf32),
    (b"\xff\xfe", Encoding::Utf16(u16::from_le_bytes)),
    (b"\xfe\xff", Encoding::Utf16(u16::from_be_bytes)),
];

#[derive(Clone, Copy)]
enum Encoding {
    Utf16(fn([u8; 2]) -> u16),
    Utf32,
}

/// The text in UTF-8, or in UTF-16 with a byte order mark. The mark is removed, and a carriage return without a newline
/// becomes a newline, so that places count from the first letter and lines match those in an editor.
///
/// # Errors
/// The bytes are in no supported encoding; the error gives the place of the first invalid byte.
pub fn decode(bytes: &[u8]) -> Result<String, Wrong> {
    for (mark, encoding) in MARKS {
        if let Some(rest) = bytes.strip_prefix(mark) {
            return match encoding {
                Encoding::Utf16(unit) => utf16(rest, unit).map(with_newlines),
                Encoding::Utf32 => Err(Wrong::new("this text is in UTF-32").hint("save it as UTF-8")),
            };
        }
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = str::from_utf8(bytes).map_err(|wrong| {
        let sound = String::from_utf8_lossy(&bytes[..wrong.valid_up_to()]);
        let (line, column) = end(&sound);
        Wrong::new(format!("line {line}, column {column} is not UTF-8"))
            .hint("save it as UTF-8; it may be in an older encoding such as Windows-1252 or GBK")
    })?;
    if let Some(at) = text.find('\0') {
        let (line, column) = end(&text[..at]);
        return Err(Wrong::new(format!("line {line}, column {column} is a zero byte, which no text has"))
            .hint("save it as UTF-8; it may be in UTF-16 without a byte order mark, or no text at all"));
    }
    Ok(with_newlines(text.to_owned()))
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, Wrong> {
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
    let text = String::from_utf16(&units).ok().filter(|_| bytes.len().is_multiple_of(2));
    text.ok_or_else(|| Wrong::new("this text begins as UTF-16, but is none").hint("save it as UTF-8"))
}

/// Turns each carriage return that no newline follows into a newline, in place.
fn with_newlines(text: String) -> String {
    let alone = |bytes: &[u8], at: usize| bytes[at] == b'\r' && bytes.get(at + 1) != Some(&b'\n');
    if !text.contains('\r') || !(0..text.len()).any(|at| alone(text.as_bytes(), at)) {
        return text;
    }
    let mut bytes = text.into_bytes();
    for at in 0..bytes.len() {
        if alone(&bytes, at) {
            bytes[at] = b'\n';
        }
    }
    // Replacing one ASCII character with another keeps the text valid UTF-8.
    String::from_utf8(bytes).unwrap_or_default()
}

/// Line and column, from 1, of what follows `before`.
fn end(before: &str) -> (usize, usize) {
    let before = with_newlines(before.to_owned());
    let length = before.len();
    Source::new("", before).position(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_that_is_read_gives_the_same_text() {
        let text = "t,ä\r\n0,1\r2\n";
        let marked = format!("\u{feff}{text}");
        let little: Vec<u8> = marked.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = marked.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [text.as_bytes(), marked.as_bytes(), &little, &big] {
            assert_eq!(decode(bytes).as_deref(), Ok("t,ä\r\n0,1\n2\n"));
        }
    }

    #[test]
    fn what_is_not_read_is_named() {
        for (bytes, said) in [
            (&b"t,r\n0,\xe4\n"[..], "line 2, column 3 is not UTF-8"),
            (b"t,r\r0,\xe4\r", "line 2, column 3 is not UTF-8"),
            (b"\xff\xfe\0\0t\0\0\0", "UTF-32"),
            (b"\xff\xfet\0\0\xd8", "UTF-16"),
            (b"\xff\xfet", "UTF-16"),
            (b"t\0,\0r\0", "line 1, column 2 is a zero byte"),
        ] {
            let wrong = decode(bytes).expect_err(said);
            assert!(wrong.message.contains(said) && wrong.hint.is_some(), "{wrong:?}");
        }
    }
}
