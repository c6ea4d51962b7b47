//! The files of the page, as they are in the source, and what a browser is told of each.

use axum::http::{HeaderName, HeaderValue, header};

/// A file of the page.
pub(super) struct Part {
    /// Its path in an address.
    pub path: &'static str,
    pub kind: &'static str,
    pub text: &'static str,
}

const SCRIPT: &str = "text/javascript; charset=utf-8";

/// All of them; the first is the page itself.
pub(super) const PARTS: &[Part] = &[
    Part { path: "/", kind: "text/html; charset=utf-8", text: include_str!("page/index.html") },
    Part { path: "/lab.css", kind: "text/css; charset=utf-8", text: include_str!("page/lab.css") },
    Part { path: "/lab.js", kind: SCRIPT, text: include_str!("page/lab.js") },
];

/// What every answer says: a page takes nothing from elsewhere, is in nobody's frame, and is kept nowhere.
pub(super) const HEADERS: [(HeaderName, HeaderValue); 4] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
             base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
    ),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
];
