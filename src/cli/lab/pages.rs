//! The files of the page, as they are in the source, and what a browser is told of each.

use axum::http::{HeaderName, HeaderValue, header};

/// A file of the page.
pub(super) struct Part {
    /// Its path in an address.
    pub path: &'static str,
    pub kind: &'static str,
    pub text: &'static str,
}

const fn script(path: &'static str, text: &'static str) -> Part {
    Part { path, kind: "text/javascript; charset=utf-8", text }
}

/// The part that speaks to the server.
pub(super) const SESSION: &str = "/session.js";

/// All of them; the first is the page itself, the second its style.
pub(super) const PARTS: &[Part] = &[
    Part { path: "/", kind: "text/html; charset=utf-8", text: include_str!("page/index.html") },
    Part { path: "/lab.css", kind: "text/css; charset=utf-8", text: include_str!("page/lab.css") },
    script("/answers.js", include_str!("page/answers.js")),
    script("/clock.js", include_str!("page/clock.js")),
    script("/gauges.js", include_str!("page/gauges.js")),
    script("/headers.js", include_str!("page/headers.js")),
    script("/lab.js", include_str!("page/lab.js")),
    script("/lesson.js", include_str!("page/lesson.js")),
    script("/log.js", include_str!("page/log.js")),
    script("/model.js", include_str!("page/model.js")),
    script("/monitor.js", include_str!("page/monitor.js")),
    script("/opening.js", include_str!("page/opening.js")),
    script("/original.js", include_str!("page/original.js")),
    script("/packets.js", include_str!("page/packets.js")),
    script("/panel.js", include_str!("page/panel.js")),
    script("/peering.js", include_str!("page/peering.js")),
    script("/picture.js", include_str!("page/picture.js")),
    script(SESSION, include_str!("page/session.js")),
    script("/take_away.js", include_str!("page/take_away.js")),
    script("/things.js", include_str!("page/things.js")),
    script("/unanswered.js", include_str!("page/unanswered.js")),
    script("/words.js", include_str!("page/words.js")),
];

/// What every answer says: a page takes nothing from elsewhere, is in nobody's frame, and is kept nowhere.
pub(super) const HEADERS: [(HeaderName, HeaderValue); 5] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
             base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
    ),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
];
