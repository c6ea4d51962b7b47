//! `vpcsim run --listen`: shows the metrics of a run while it lasts, over HTTP (RFC 9112), to whoever asks. The run
//! leaves a new text now and then, and never waits for a reader. Only what a scraper needs: GET and HEAD, a reply for
//! each connection, no request body.

use super::output::talk;
use crate::engine::{Pass, Run};
use crate::report::{OPEN_METRICS, Snapshot, metrics};
use crate::scenario::{Diagnostic, Scenario};
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How often the text is renewed at most, and what share of the run's time that may take.
const RENEWED: Duration = Duration::from_secs(1);
const SHARE: u32 = 20;
/// How long the server sleeps if nobody asks.
const NAP: Duration = Duration::from_millis(20);
/// How long a reader may take to ask, and for each part of the reply.
const PATIENCE: Duration = Duration::from_secs(1);
/// The most bytes of a request.
const REQUEST_MAX: usize = 8_192;

/// The metrics of a run, for readers.
pub(super) struct Live {
    file: String,
    shown: Arc<Shown>,
    /// When the text was last renewed, and how long that took.
    last: Mutex<Option<(Instant, Duration)>>,
}

#[derive(Default)]
struct Shown {
    text: Mutex<Arc<str>>,
    is_over: AtomicBool,
}

impl Live {
    /// Begins to answer at an address, before the run begins.
    ///
    /// # Errors
    /// The address cannot be had.
    pub(super) fn begin(address: SocketAddr, scenario: &Scenario, quiet: bool) -> Result<Live, Vec<Diagnostic>> {
        let refused = |error: io::Error| {
            let message = format!("--listen: {address} cannot be listened on: {error}");
            vec![Diagnostic::plain(
                &scenario.file,
                message,
                Some("name another port, or 0 for any that is free".into()),
            )]
        };
        let listener = TcpListener::bind(address).map_err(refused)?;
        listener.set_nonblocking(true).map_err(refused)?;
        // Nobody can know a port that was left to the system.
        let is_told = !quiet || address.port() == 0;
        let address = listener.local_addr().map_err(refused)?;
        let shown = Arc::new(Shown::default());
        let server = Arc::clone(&shown);
        thread::Builder::new().spawn(move || serve(&listener, &server)).map_err(refused)?;
        if !address.ip().is_loopback() {
            talk("vpcsim: --listen: the metrics are open to every machine that reaches this one");
        }
        if is_told {
            talk(&format!("vpcsim: metrics are at http://{address}/metrics"));
        }
        Ok(Live { file: scenario.file.clone(), shown, last: Mutex::new(None) })
    }

    fn renew(&self, run: &Run) {
        let text = metrics(&Snapshot::of(run, &self.file, Vec::new(), None));
        *self.shown.text.lock().unwrap_or_else(PoisonError::into_inner) = text.into();
    }
}

impl Pass for Live {
    fn begin(&self, run: &mut Run) {
        self.renew(run);
    }

    fn look(&self, run: &mut Run) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = |(when, took): (Instant, Duration)| when.elapsed() >= RENEWED.max(took * SHARE);
        if last.is_none_or(is_due) {
            let begun = Instant::now();
            self.renew(run);
            *last = Some((Instant::now(), begun.elapsed()));
        }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        // Nobody waits for the server: its last reader may be slow.
        self.shown.is_over.store(true, Ordering::Relaxed);
    }
}

/// Answers one reader after the other.
fn serve(listener: &TcpListener, shown: &Shown) {
    while !shown.is_over.load(Ordering::Relaxed) {
        match listener.accept() {
            // What becomes of a reply is the reader's affair.
            Ok((stream, _)) => drop(answer(stream, shown)),
            Err(_) => thread::sleep(NAP),
        }
    }
}

fn answer(mut stream: TcpStream, shown: &Shown) -> io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let request = request(&mut stream)?;
    let text = shown.text.lock().unwrap_or_else(PoisonError::into_inner).clone();
    stream.write_all(&reply(&request, &text))?;
    // So that the reply is not lost if the reader sent more than was read.
    stream.shutdown(std::net::Shutdown::Write)
}

/// What is asked, up to the empty line.
fn request(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let begun = Instant::now();
    let mut request = Vec::new();
    let mut part = [0; 1024];
    while request.len() < REQUEST_MAX && !request.windows(4).any(|end| end == b"\r\n\r\n") {
        let left = PATIENCE.checked_sub(begun.elapsed()).filter(|left| !left.is_zero());
        stream.set_read_timeout(Some(left.ok_or(io::ErrorKind::TimedOut)?))?;
        match stream.read(&mut part)? {
            0 => break,
            read => request.extend_from_slice(&part[..read]),
        }
    }
    Ok(request)
}

/// The whole reply to a request, for which `text` is at hand.
fn reply(request: &[u8], text: &str) -> Vec<u8> {
    const PLAIN: &str = "text/plain; charset=utf-8";
    let line = request.split(|byte| *byte == b'\r').next().and_then(|line| str::from_utf8(line).ok());
    let words: Vec<&str> = line.unwrap_or_default().split(' ').collect();
    let (method, path) = match words[..] {
        [method, path, version] if version.starts_with("HTTP/1.") => (method, path.split('?').next().unwrap_or(path)),
        _ => ("", ""),
    };
    let (status, kind, body) = match (method, path) {
        ("", _) => ("400 Bad Request", PLAIN, "this is no HTTP/1 request\n"),
        ("GET" | "HEAD", "/metrics") => ("200 OK", OPEN_METRICS, text),
        ("GET" | "HEAD", "/health") => ("200 OK", PLAIN, "ok\n"),
        ("GET" | "HEAD", _) => ("404 Not Found", PLAIN, "there are /metrics and /health\n"),
        _ => ("405 Method Not Allowed\r\nAllow: GET, HEAD", PLAIN, "only GET and HEAD\n"),
    };
    let head = format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n", body.len());
    let body = if method == "HEAD" { "" } else { body };
    format!("{head}Cache-Control: no-store\r\nConnection: close\r\n\r\n{body}").into_bytes()
}

/// An address to listen on: loopback unless it says otherwise.
pub(super) fn parse_address(text: &str) -> Result<SocketAddr, String> {
    let port = text.strip_prefix("localhost:").or(text.strip_prefix(':')).unwrap_or(text);
    if let Ok(port) = port.parse() {
        return Ok((Ipv4Addr::LOCALHOST, port).into());
    }
    text.parse().map_err(|_| "not an address and a port: write 127.0.0.1:9184".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(request: &str) -> (String, String) {
        let reply = String::from_utf8(reply(request.as_bytes(), "# EOF\n")).expect("text");
        let (head, body) = reply.split_once("\r\n\r\n").expect("a head and a body");
        (head.lines().next().unwrap_or_default().to_owned(), body.to_owned())
    }

    #[test]
    fn a_port_alone_is_one_of_this_machine() {
        let read = |text: &str| parse_address(text).map(|address| address.to_string());
        for text in ["9184", ":9184", "localhost:9184", "127.0.0.1:9184"] {
            assert_eq!(read(text).as_deref(), Ok("127.0.0.1:9184"), "{text}");
        }
        assert_eq!(read("0.0.0.0:0").as_deref(), Ok("0.0.0.0:0"));
        for wrong in ["", ":", "70000", "localhost", "::1:9184", "example.org:80"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_what_a_scraper_asks_is_answered() {
        let ok = |body: &str| ("HTTP/1.1 200 OK".to_owned(), body.to_owned());
        assert_eq!(said("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"), ok("# EOF\n"));
        assert_eq!(said("GET /metrics?x=1 HTTP/1.0\r\n\r\n"), ok("# EOF\n"));
        assert_eq!(said("HEAD /metrics HTTP/1.1\r\n\r\n"), ok(""));
        assert_eq!(said("GET /health HTTP/1.1\r\n\r\n"), ok("ok\n"));
        let status = |request: &str| said(request).0.split(' ').nth(1).map(str::to_owned);
        assert_eq!(status("GET / HTTP/1.1\r\n\r\n").as_deref(), Some("404"));
        assert_eq!(status("POST /metrics HTTP/1.1\r\n\r\n").as_deref(), Some("405"));
        for wrong in
            ["", "\r\n\r\n", "GET /metrics", "GET /metrics HTTP/2\r\n", "\u{1f}\r\n\r\n", "GET  /metrics HTTP/1.1\r\n"]
        {
            assert_eq!(status(wrong).as_deref(), Some("400"), "{wrong:?}");
        }
    }
}
