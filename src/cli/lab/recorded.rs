//! The page as one file that replays a recording: its parts, and the recording in place of the server. It opens from a
//! folder, asks nobody for anything, and can change nothing.
//!
//! Modules find each other by names that an import map gives, each with its source; only what has the page's key runs.

use super::pages::{PARTS, Part, SESSION};
use crate::lab::{Failure, Recording};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Map, Value, json};
use std::io::Write;
use xxhash_rust::xxh3::xxh3_128;

/// The most bytes of the file.
const BYTES_MAX: usize = 300_000;
/// Speaks to the recording as `session.js` does to the server.
const RECORDED: &str = include_str!("page/recorded.js");

/// The page of a recording, which is thinned until it is small enough.
///
/// # Errors
/// There is too much of it however little is recorded.
pub(super) fn page(recording: &mut Recording) -> Result<String, Failure> {
    loop {
        let page = written(recording).map_err(|error| Failure::Unknown(error.to_string()))?;
        if page.len() <= BYTES_MAX {
            return Ok(page);
        }
        if !recording.thin() {
            return Err(Failure::TooLarge("the network is too large for a page of 300 kB: take the scenario".into()));
        }
    }
}

fn written(recording: &Recording) -> std::io::Result<String> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(&serde_json::to_vec(recording)?)?;
    let packed = STANDARD.encode(packed.finish()?);
    let key = format!("{:032x}", xxh3_128(packed.as_bytes()));
    let (page, style) = (PARTS[0].text, PARTS[1].text);
    let head = format!(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'nonce-{key}'; \
         script-src 'nonce-{key}'; img-src data:; base-uri 'none'; form-action 'none'\">\n\
         <style nonce=\"{key}\">\n{style}</style>\n\
         <script type=\"text/plain\" id=\"recording\">{packed}</script>\n\
         <script type=\"importmap\" nonce=\"{key}\">{}</script>\n\
         <script type=\"module\" nonce=\"{key}\">import 'lab/lab.js';</script>\n",
        import_map()
    );
    let is_replaced = |line: &&str| line.contains("href=\"/lab.css\"") || line.contains("src=\"/lab.js\"");
    let rest: Vec<&str> = page.lines().filter(|line| !is_replaced(line)).collect();
    Ok(rest.join("\n").replacen("</head>", &(head + "</head>"), 1))
}

/// The sources of all modules, by name.
fn import_map() -> String {
    let scripts = PARTS.iter().filter(|part| part.kind.starts_with("text/javascript"));
    let named = |part: &Part| {
        let text = if part.path == SESSION { RECORDED } else { part.text };
        (format!("lab{}", part.path), Value::from(address(text)))
    };
    let imports: Map<String, Value> = scripts.map(named).collect();
    // Nothing in it ends the element.
    json!({ "imports": imports }).to_string().replace('<', "\\u003c")
}

/// A module as an address: without what only its readers need.
fn address(source: &str) -> String {
    let mut text = String::new();
    let mut is_remark = false;
    for line in source.lines().map(str::trim) {
        // One that says the type of what follows stands before it in the same line.
        is_remark |= line.starts_with("/**") && (line.ends_with("*/") || !line.contains("*/"));
        if !is_remark && !line.is_empty() && !line.starts_with("//") {
            text += line;
            text.push('\n');
        }
        is_remark &= !line.ends_with("*/");
    }
    let text = text.replace("from './", "from 'lab/");
    let mut out = String::from("data:text/javascript;charset=utf-8,");
    for c in text.chars() {
        match c {
            '%' => out += "%25",
            '#' => out += "%23",
            '\n' => out += "%0A",
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::{Opened, Session};
    use crate::lessons::LESSONS;
    use crate::scenario::NoFiles;
    use flate2::read::GzDecoder;
    use std::io::Read;

    fn played(text: &str) -> Session {
        let opened = Opened { file: "s.toml".into(), text: text.into() };
        let mut session = Session::open(opened, &NoFiles).unwrap_or_else(|failure| panic!("{failure}"));
        session.go_to(crate::units::SimTime::NEVER).unwrap_or_else(|failure| panic!("{failure}"));
        session
    }

    /// What a page holds.
    fn recording(page: &str) -> Value {
        let at = page.split("id=\"recording\">").nth(1).and_then(|rest| rest.split('<').next()).expect("it is there");
        let mut json = String::new();
        let packed = STANDARD.decode(at).expect("base64");
        GzDecoder::new(packed.as_slice()).read_to_string(&mut json).expect("packed");
        serde_json::from_str(&json).expect("JSON")
    }

    #[test]
    fn every_lesson_fits_into_a_page_that_ends_where_the_session_is() {
        for lesson in LESSONS {
            let mut session = played(lesson.solved);
            let mut recorded = session.recording().unwrap_or_else(|failure| panic!("{}: {failure}", lesson.name));
            let page = page(&mut recorded).unwrap_or_else(|failure| panic!("{}: {failure}", lesson.name));
            assert!(page.len() <= BYTES_MAX, "{}: {}", lesson.name, page.len());
            let held = recording(&page);
            let last = &held["moments"].as_array().expect("moments").last().expect("one")["state"];
            let state = serde_json::to_value(session.state()).expect("JSON");
            for key in ["now_ns", "emitted", "delivered", "dropped", "links", "traffic"] {
                assert_eq!(last[key], state[key], "{}: {key}", lesson.name);
            }
            let all = last["emitted"].as_u64().expect("a number");
            assert_eq!(held["packets"].as_u64().zip(held["left_out"].as_u64()).map(|(n, m)| n + m), Some(all));
            assert!(held["packets"] != 0 && !held["seen"].as_array().expect("seen").is_empty(), "{}", lesson.name);
        }
    }

    #[test]
    fn nothing_of_a_scenario_is_markup_in_it() {
        let hostile = "</script><script>alert(1)</script>";
        let text = format!(
            "name = {hostile:?}\nduration = \"1 s\"\n[vpc.a]\nregion = \"beijing\"\ncidr = \"10.0.0.0/16\"\n\
             label = {hostile:?}\n"
        );
        let page = page(&mut played(&text).recording().expect("recorded")).expect("small");
        assert!(!page.contains("alert(1)"), "{page}");
        assert_eq!(page.matches("<script").count(), 3);
        let held = recording(&page);
        assert_eq!(held["moments"][0]["network"]["scenario"], hostile);
    }
}
