//! The JSON form shared by all documents. It knows no particular document.

use serde::Serialize;

/// `document`, indented, ending in a newline.
pub fn pretty<T: Serialize + ?Sized>(document: &T) -> String {
    let mut text = serde_json::to_string_pretty(document).expect("every key is a text and every number finite");
    text.push('\n');
    text
}
