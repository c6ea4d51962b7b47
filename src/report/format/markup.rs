//! Texts inside HTML and SVG: nothing in them is markup. Whatever steers a display was made harmless before.

/// `plain` as it may stand between tags and in attributes.
pub fn markup(plain: &str) -> String {
    plain.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
