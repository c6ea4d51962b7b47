//! The JSON forms shared by all documents. It knows no particular document.

use serde::Serialize;

const IS_JSON: &str = "every key is a text and every number finite";

/// `document`, indented, ending in a newline.
pub fn pretty<T: Serialize + ?Sized>(document: &T) -> String {
    let mut text = serde_json::to_string_pretty(document).expect(IS_JSON);
    text.push('\n');
    text
}

/// `document` in one line, without a newline.
pub fn line<T: Serialize + ?Sized>(document: &T) -> String {
    serde_json::to_string(document).expect(IS_JSON)
}
