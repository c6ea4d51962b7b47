//! The terminal's lab, by the keys that are pressed and what stands on the screen then.

use super::*;
use crate::cli::lab::beside::Beside;
use crate::lab::Opened;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

const SCENARIO: &str = include_str!("../../../../scenarios/missing-return-route.toml");

fn desk() -> Desk {
    // Without the action that adds the route, and what is expected of it.
    let text = SCENARIO.split("[[at]]").next().expect("the first part").to_owned();
    let opened = Opened { file: "s.toml".into(), text };
    Desk::new(Session::open(opened, &Beside::nothing()).expect("a scenario"))
}

fn keys(desk: &mut Desk, keys: &str) {
    for key in keys.chars() {
        let code = if key == '\n' { KeyCode::Enter } else { KeyCode::Char(key) };
        desk.press(KeyEvent::new(code, KeyModifiers::NONE));
    }
}

fn screen(desk: &Desk, (width, height): (u16, u16)) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("memory");
    terminal.draw(|frame| draw::draw(frame, &desk.view)).expect("drawn");
    terminal.backend().to_string()
}

#[track_caller]
fn shows(desk: &Desk, words: &[&str]) {
    for size in [(80, 24), (170, 40)] {
        let screen = screen(desk, size);
        words.iter().for_each(|word| assert!(screen.contains(word), "no {word} in\n{screen}"));
    }
}

#[test]
fn a_route_is_typed_and_the_reply_comes_home() {
    let mut desk = desk();
    shows(&desk, &["missing return route  0 s of 10 s, paused", "VPC1/A 192.168.1.0/24: VPC1/web", "PeerConn"]);
    keys(&mut desk, " ");
    desk.pass(Duration::from_secs(20));
    shows(&desk, &["2 s of 10 s, playing", "0 answered", "reply dropped in VPC2", "●"]);
    keys(&mut desk, " :explain VPC1/web VPC2/db\n");
    shows(&desk, &["NO_RETURN_ROUTE", "paused"]);
    desk.press(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE));
    keys(&mut desk, ":add_route 192.168.1.0/24 subnet=VPC2/B via=PeerConn\n:table VPC2/B\n");
    shows(&desk, &["192.168.1.0/24 via PeerConn"]);
    desk.press(KeyEvent::new(KeyCode::Esc, KeyModifiers::NONE));
    keys(&mut desk, " ");
    desk.pass(Duration::from_secs(20));
    assert!(!screen(&desk, (80, 24)).contains(" 0 answered"));
    keys(&mut desk, "0");
    shows(&desk, &[" 0 s of 10 s"]);
}

#[test]
fn a_lesson_is_read_and_checked() {
    let opened = Opened::lesson("return-route").expect("it is shipped");
    let mut desk = Desk::new(Session::open(opened, &Beside::nothing()).expect("a scenario"));
    keys(&mut desk, ":lesson\n");
    shows(&desk, &["A peering alone carries nothing", "there: The requests of VPC1/web arrive"]);
    keys(&mut desk, ":check\n");
    shows(&desk, &["there: not yet", "back: not yet"]);
    keys(&mut desk, ":add_route 10.0.1.0/24 subnet=VPC1/A via=PeerConn\n");
    keys(&mut desk, ":add_route 192.168.1.0/24 subnet=VPC2/B via=PeerConn\n:check\n");
    shows(&desk, &["there: passed", "back: passed"]);
}

#[test]
fn what_is_wrong_is_said_and_leaving_ends_it() {
    let mut desk = desk();
    keys(&mut desk, ":delete Nobody\n");
    shows(&desk, &["no peering is called `Nobody`"]);
    keys(&mut desk, ":ping one\n");
    shows(&desk, &["write ping A B, two hosts"]);
    keys(&mut desk, "...");
    shows(&desk, &["one-way: 3 sent"]);
    keys(&mut desk, "q");
    assert!(desk.is_over);
}
