//! JSON as every document has it. It knows no document.

use serde::Serialize;

/// `document`, indented, with a newline at its end.
pub fn pretty<T: Serialize + ?Sized>(document: &T) -> String {
    let mut text = serde_json::to_string_pretty(document).expect("every key is a text and every number finite");
    text.push('\n');
    text
}
