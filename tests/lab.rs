//! `vpcsim lab` over a plain connection: who is answered, what of hostile requests, whose files are read, and how it
//! ends. What a session does is tested beside it, the page in `tests/browser`.
#![cfg(unix)]

mod program;
mod texts;

use program::{bare, command};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use texts::PAIR;

/// A lab that runs in a folder, until it is dropped.
struct Lab {
    child: Child,
    /// `127.0.0.1:PORT`.
    host: String,
    folder: TempDir,
}

/// An answer: its status, its head and its body.
#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: String,
}

fn scenario() -> String {
    format!("name = \"pair\"\nduration = \"10 s\"\n{PAIR}bandwidth = \"10 Mbps\"\n")
}

impl Lab {
    fn start(args: &[&str]) -> Lab {
        Lab::start_in(program::folder(&[("s.toml", scenario())]), "", args)
    }

    /// The same, in a folder inside of one.
    fn start_in(folder: TempDir, inside: &str, args: &[&str]) -> Lab {
        let mut all = vec!["lab", "s.toml", "--listen", "127.0.0.1:0", "--no-open"];
        all.extend(args);
        let mut lab = command(&folder.path().join(inside), &all);
        let mut child = lab.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it starts");
        let mut line = String::new();
        BufReader::new(child.stderr.take().expect("piped")).read_line(&mut line).expect("text");
        let host = line.split("http://").nth(1).and_then(|rest| rest.split('/').next()).expect("an address").to_owned();
        Lab { child, host, folder }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.host).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a timeout");
        stream
    }

    /// Sends a request as it is written here and hears the answer out.
    fn say(&self, head: &str, body: &[u8]) -> Answer {
        let mut stream = self.connect();
        let head = format!("{head}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
        stream.write_all(head.as_bytes()).expect("it reads the head");
        // Who refuses a large body need not read it.
        let _ = stream.write_all(body);
        let mut told = Vec::new();
        let _ = stream.read_to_end(&mut told);
        let told = String::from_utf8_lossy(&told).into_owned();
        let (head, body) = told.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {told}"));
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
        Answer { status, head: head.to_ascii_lowercase(), body: body.to_owned() }
    }

    fn get(&self, path: &str) -> Answer {
        self.say(&format!("GET {path} HTTP/1.1\r\nHost: {}", self.host), b"")
    }

    fn post(&self, path: &str, body: &[u8]) -> Answer {
        self.say(&format!("POST {path} HTTP/1.1\r\nHost: {}", self.host), body)
    }

    /// What a page asks, and the answer.
    fn ask(&self, code: &str, request: Value) -> Value {
        let answer = self.post(&format!("/api/{code}/ask"), request.to_string().as_bytes());
        assert_eq!(answer.status, 200, "{}", answer.body);
        serde_json::from_str(&answer.body).expect("JSON")
    }

    fn open(&self, text: &str) -> Answer {
        self.post("/api/open", json!({ "code": "lab", "text": text }).to_string().as_bytes())
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_page_takes_nothing_from_elsewhere() {
    let lab = Lab::start(&[]);
    let page = lab.get("/");
    assert_eq!(page.status, 200);
    assert!(page.head.contains("content-security-policy: default-src 'none'"), "{}", page.head);
    assert!(page.head.contains("x-content-type-options: nosniff"), "{}", page.head);
    // All that it names is there, and so is what that names.
    let mut left: Vec<String> = vec!["/lab.css".into(), "/lab.js".into()];
    assert!(left.iter().all(|path| page.body.contains(&format!("\"{path}\""))), "{}", page.body);
    let mut seen = Vec::new();
    while let Some(path) = left.pop() {
        let part = lab.get(&path);
        assert_eq!(part.status, 200, "{path}");
        for name in part.body.split("from './").skip(1).filter_map(|rest| rest.split('\'').next()) {
            let path = format!("/{name}");
            if !seen.contains(&path) {
                left.push(path);
            }
        }
        seen.push(path);
    }
    assert!(seen.len() > 5, "{seen:?}");
}

#[test]
fn only_pages_of_its_own_address_are_answered() {
    let lab = Lab::start(&[]);
    let port = lab.host.rsplit(':').next().expect("a port").to_owned();
    let own = format!("Host: {}", lab.host);
    for path in ["/", "/api/about", "/nowhere"] {
        for headers in [
            "Host: evil.example".to_owned(),
            format!("Host: evil.example:{port}"),
            "X-Nothing: 1".to_owned(),
            format!("{own}\r\nOrigin: null"),
            format!("{own}\r\nOrigin: http://evil.example"),
            format!("{own}\r\nOrigin: https://{}", lab.host),
        ] {
            // Without a host, HTTP/1.0 is no wrong request.
            let refused = lab.say(&format!("GET {path} HTTP/1.0\r\n{headers}"), b"");
            assert_eq!(refused.status, 403, "{path} {headers}");
        }
        let mut known = format!("GET {path} HTTP/1.1\r\n{own}\r\nOrigin: http://localhost:{port}");
        assert_eq!(lab.say(&known, b"").status, if path == "/nowhere" { 404 } else { 200 });
        known = known.replace("GET", "POST");
        assert_ne!(lab.say(&known, b"{}").status, 403);
    }
}

#[test]
fn hostile_requests_leave_it_alive() {
    let lab = Lab::start(&[]);
    let deep = "[".repeat(200_000);
    let nested = format!("{{\"ask\":\"act\",\"action\":{{\"do\":{deep}");
    for body in ["", "hello", "{", "[]", "{\"ask\":\"nothing\"}", "{\"ask\":\"play\",\"until_ns\":-1}", &deep, &nested]
    {
        let answer = lab.post("/api/lab/ask", body.as_bytes());
        assert_eq!(answer.status, 400, "{}", &body[..body.len().min(40)]);
        assert!(answer.body.contains("\"failure\""), "{}", answer.body);
    }
    assert_eq!(lab.post("/api/lab/ask", &[0xff, 0xfe, 0]).status, 400);
    assert_eq!(lab.post("/api/open", b"{\"txt\":1}").status, 400);
    assert_eq!(lab.post("/api/other/ask", b"{\"ask\":\"state\"}").status, 404);
    for path in ["/api/lab/ask", "/api/open"] {
        let large = lab.post(path, &vec![b' '; 10 << 20]);
        assert_eq!(large.status, 413);
        assert!(large.body.contains("\"failure\""), "{}", large.body);
    }
    let all = lab.ask("lab", json!({ "ask": "state" }));
    assert_eq!(all["network"]["scenario"], "pair");
    assert_eq!(all["state"]["now_ns"], 0);
}

#[test]
fn what_is_taken_away_is_a_file() {
    let lab = Lab::start(&[]);
    lab.ask("lab", json!({ "ask": "go_to", "time_ns": 2_000_000_000_u64 }));
    let page = lab.get("/api/lab/recording");
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.head.contains("content-disposition: attachment"), "{}", page.head);
    assert!(page.body.contains("id=\"recording\"") && page.body.len() < 300_000, "{}", page.body.len());
    let capture = lab.get("/api/lab/capture");
    assert_eq!(capture.status, 200);
    assert!(capture.head.contains("application/octet-stream"), "{}", capture.head);
    assert!(capture.body.starts_with("\n\r\r\n"), "a section of pcapng");
    assert_eq!(lab.get("/api/other/recording").status, 404);
}

#[test]
fn a_lesson_is_opened_where_a_stage_begins() {
    let lab = Lab::start(&[]);
    let open = |request: Value| lab.post("/api/open", request.to_string().as_bytes()).status;
    assert_eq!(open(json!({ "code": "lab", "lesson": "return-route", "stage": "back" })), 200);
    let opened = lab.ask("lab", json!({ "ask": "state" }))["network"]["opened"].to_string();
    assert!(opened.contains("add_route") && opened.contains("10.0.1.0/24"), "{opened}");
    for wrong in [
        json!({ "code": "lab", "lesson": "return-route", "stage": "nowhere" }),
        json!({ "code": "lab", "lesson": "nothing" }),
        json!({ "code": "lab", "stage": "back" }),
        json!({ "code": "lab", "lesson": "ttl", "text": "name = \"x\"" }),
    ] {
        assert_eq!(open(wrong.clone()), 400, "{wrong}");
    }
    assert_eq!(lab.ask("lab", json!({ "ask": "state" }))["network"]["opened"].to_string(), opened);
}

#[test]
fn a_class_has_as_many_networks_as_it_may() {
    let lab = Lab::start(&["--class", "2"]);
    let about: Value = serde_json::from_str(&lab.get("/api/about").body).expect("JSON");
    assert_eq!((&about["class"], &about["code"]), (&json!(true), &Value::Null));
    let begun = [lab.post("/api/open", b"{}"), lab.post("/api/open", b"{}")];
    let codes: Vec<Value> = begun.iter().map(|one| serde_json::from_str(&one.body).expect("JSON")).collect();
    assert_eq!(lab.post("/api/open", b"{}").status, 503);
    let [one, other] = [0, 1].map(|n| codes[n]["code"].as_str().expect("a code"));
    assert_ne!(one, other);
    // Each has its own time; beginning one anew takes no room.
    lab.ask(one, json!({ "ask": "go_to", "time_ns": 1_000_000_000 }));
    assert_eq!(lab.ask(other, json!({ "ask": "state" }))["state"]["now_ns"], 0);
    assert_eq!(lab.post("/api/open", json!({ "code": one }).to_string().as_bytes()).status, 200);
    assert_eq!(lab.ask(one, json!({ "ask": "state" }))["state"]["now_ns"], 0);
}

/// Those who are told of changes and do not read for long get the newest in the end, and the others are answered.
#[test]
fn who_never_reads_what_changes_holds_up_nobody() {
    const CHANGES: u64 = 200;
    let lab = Lab::start(&[]);
    let mut deaf: Vec<BufReader<TcpStream>> = Vec::new();
    for _ in 0..20 {
        let mut stream = lab.connect();
        write!(stream, "GET /api/lab/changes HTTP/1.1\r\nHost: {}\r\n\r\n", lab.host).expect("written");
        let mut reader = BufReader::new(stream);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(reader.read_line(&mut head).expect("an answer") > 0, "{head}");
        }
        assert!(head.to_ascii_lowercase().contains("content-type: text/event-stream"), "{head}");
        deaf.push(reader);
    }
    for step in 1..=CHANGES {
        let until = step * 10_000_000;
        let answer = lab.ask("lab", json!({ "ask": "play", "until_ns": until }));
        assert_eq!(answer["state"]["now_ns"], until);
    }
    for reader in deaf {
        let events = reader.lines().map(|line| line.expect("an event"));
        let counts = events.filter_map(|line| line.strip_prefix("data: ")?.parse::<u64>().ok());
        let mut told = Vec::new();
        for count in counts {
            told.push(count);
            if count == CHANGES {
                break;
            }
        }
        assert!(told.is_sorted_by(|one, next| one < next) && told.last() == Some(&CHANGES), "{told:?}");
    }
}

#[test]
fn a_port_that_is_taken_is_complained_of() {
    let lab = Lab::start(&[]);
    let said = program::vpcsim(lab.folder.path(), &["lab", "--listen", &lab.host, "--no-open"]).ended(2);
    assert!(said.talk.contains("--listen 127.0.0.1:PORT"), "{}", said.talk);
}

#[test]
fn it_ends_when_it_is_interrupted_whoever_is_connected() {
    let mut lab = Lab::start(&[]);
    let mut listening = lab.connect();
    write!(listening, "GET /api/lab/changes HTTP/1.1\r\nHost: {}\r\n\r\n", lab.host).expect("written");
    let _idle = lab.connect();
    assert_eq!(lab.get("/api/about").status, 200);
    let sent = bare("kill").args(["-INT", &lab.child.id().to_string()]).status().expect("it runs");
    assert!(sent.success());
    // Who is told of changes is told of nothing more; who waited in vain would see an error instead of the end.
    listening.read_to_end(&mut Vec::new()).expect("the end");
    assert_eq!(lab.child.wait().expect("it ends").code(), Some(0));
}

/// A scenario that reads a file of measured rates.
fn reading(file: &str) -> String {
    let file = Value::from(file);
    let traffic =
        "[traffic.t]\nfrom = \"a/h\"\nto = \"b/h\"\npattern = \"series\"\ncolumn = 2\npacket_size = \"100 B\"";
    format!("{}{traffic}\nfile = {file}\n", scenario())
}

#[test]
fn only_files_beside_the_scenario_are_read() {
    let rates = "time,rate\n0,8 kbps\n5,16 kbps\n";
    let folder = program::folder(&[("outside.csv", rates)]);
    std::fs::create_dir(folder.path().join("in")).expect("a folder");
    program::write(folder.path(), "in/s.toml", scenario());
    program::write(folder.path(), "in/beside.csv", rates);
    let at = |name: &str| folder.path().join(name);
    std::os::unix::fs::symlink(at("outside.csv"), at("in/link.csv")).expect("a link");
    let outside = at("outside.csv").display().to_string();
    let lab = Lab::start_in(folder, "in", &[]);
    let beside = lab.open(&reading("beside.csv"));
    assert_eq!(beside.status, 200, "{}", beside.body);
    for file in ["/etc/passwd", "../outside.csv", "link.csv", &outside] {
        let refused = lab.open(&reading(file));
        assert_eq!(refused.status, 422, "{file}: {}", refused.body);
        assert!(refused.body.contains("in a lab, "), "{file}: {}", refused.body);
        assert!(!refused.body.contains("root:"), "{file}: {}", refused.body);
    }
    assert_eq!(lab.ask("lab", json!({ "ask": "state" }))["network"]["scenario"], "pair");
}
