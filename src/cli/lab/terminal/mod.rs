//! The lab in a terminal, for machines without a browser: the same session, asked the same way; only the drawing is its
//! own. Keys and lines that are typed become requests in `command`, answers become what is drawn in `view`.

mod command;
mod draw;
#[cfg(test)]
mod tests;
mod view;

use super::super::exit::Exit;
use crate::lab::{Ask, Session, StepOf};
use command::{HELP, Typed, read};
use ratatui::DefaultTerminal;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use std::io;
use std::time::{Duration, Instant};
use view::View;

/// How often the picture moves while time passes.
const FRAME: Duration = Duration::from_millis(100);

/// Shows a session until its user leaves.
pub(super) fn show(session: Session) -> io::Result<Exit> {
    let mut terminal = ratatui::try_init()?;
    let ended = Desk::new(session).run(&mut terminal);
    ratatui::restore();
    ended.map(|()| Exit::Done)
}

/// A session and the person before it.
struct Desk {
    session: Session,
    view: View,
    is_over: bool,
}

impl Desk {
    fn new(session: Session) -> Desk {
        let mut desk = Desk { session, view: View::default(), is_over: false };
        desk.ask(&Ask::State { version: None, since_ns: None });
        desk.view.say(HELP);
        desk
    }

    fn run(&mut self, terminal: &mut DefaultTerminal) -> io::Result<()> {
        let mut last = Instant::now();
        while !self.is_over {
            terminal.draw(|frame| draw::draw(frame, &self.view))?;
            let mut is_pressed = event::poll(FRAME.saturating_sub(last.elapsed()))?;
            while is_pressed {
                if let Event::Key(key) = event::read()?
                    && key.kind == KeyEventKind::Press
                {
                    self.press(key);
                }
                is_pressed = event::poll(Duration::ZERO)?;
            }
            if last.elapsed() >= FRAME {
                self.pass(last.elapsed());
                last = Instant::now();
            }
        }
        Ok(())
    }

    /// Lets time pass, if it does.
    fn pass(&mut self, wall: Duration) {
        if let Some(until_ns) = self.view.due(wall) {
            self.ask(&Ask::Play { until_ns });
        }
    }

    fn ask(&mut self, ask: &Ask) {
        let answer = self.session.answer(ask);
        self.view.take(answer);
    }

    fn press(&mut self, key: KeyEvent) {
        let is_control = key.modifiers.contains(KeyModifiers::CONTROL);
        if is_control && matches!(key.code, KeyCode::Char('c' | 'd')) {
            self.is_over = true;
        } else if self.view.line.is_some() {
            self.edit(key.code);
        } else {
            self.command(key.code);
        }
    }

    /// A key while a line is typed.
    fn edit(&mut self, key: KeyCode) {
        let Some(line) = &mut self.view.line else { return };
        match key {
            KeyCode::Char(c) => line.push(c),
            KeyCode::Backspace => drop(line.pop()),
            KeyCode::Esc => self.view.line = None,
            KeyCode::Enter => {
                let line = self.view.line.take().unwrap_or_default();
                self.enter(&line);
            }
            _ => {}
        }
    }

    /// A key while none is.
    fn command(&mut self, key: KeyCode) {
        match key {
            KeyCode::Char('q') => self.is_over = true,
            KeyCode::Char(' ') => self.view.is_playing = !self.view.is_playing,
            KeyCode::Char('.') => self.step(StepOf::Event),
            KeyCode::Char(',') => self.step(StepOf::Packet),
            KeyCode::Char('+' | '=') => self.view.faster(),
            KeyCode::Char('-') => self.view.slower(),
            KeyCode::Char('b') => {
                let time_ns = self.view.second_before();
                self.ask(&Ask::GoTo { time_ns });
            }
            KeyCode::Char('0') => self.ask(&Ask::GoTo { time_ns: 0 }),
            KeyCode::Char('f') => self.ask(&Ask::ForgetLater),
            KeyCode::Char('?') => self.view.say(HELP),
            KeyCode::Char(':') | KeyCode::Enter => self.view.line = Some(String::new()),
            KeyCode::Esc => self.view.page = None,
            KeyCode::Down | KeyCode::PageDown => self.view.scroll(1),
            KeyCode::Up | KeyCode::PageUp => self.view.scroll(-1),
            _ => {}
        }
    }

    fn step(&mut self, of: StepOf) {
        self.view.is_playing = false;
        self.ask(&Ask::Step { of });
    }

    fn enter(&mut self, line: &str) {
        match read(line) {
            Ok(Typed::Ask(ask)) => self.ask(&ask),
            Ok(Typed::Show(what)) => self.view.show(&what),
            Ok(Typed::Write(file)) => self.write(&file),
            Ok(Typed::Nothing) => {}
            Ok(Typed::Leave) => self.is_over = true,
            Err(why) => self.view.say(&why),
        }
    }

    /// Writes the scenario that repeats what was done, into a file that is not there yet.
    fn write(&mut self, file: &str) {
        let written = std::fs::File::create_new(file)
            .and_then(|mut to| io::Write::write_all(&mut to, self.session.text().as_bytes()));
        self.view.say(&match written {
            Ok(()) => format!("{file} has the scenario that repeats what was done"),
            Err(error) => format!("{file} was not written: {error}"),
        });
    }
}
