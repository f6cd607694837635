//! The window in which the person signs in: the bank's site or the vendor's widget. Its address works once, and
//! some only for a time, so a flow can get a fresh address for the same window.

use super::{Flow, State};
use crate::failure::Refusal;
use crate::flow::Step;
use crate::json::{Reader, Value, object};
use crate::vendor::Stage;

/// The window of a flow.
#[derive(Clone)]
pub enum Window {
    None,
    Open(OpenWindow),
    /// The person has returned from the window, or the vendor no longer needs the window. The number is the serial of
    /// the newest request at that time.
    Left(u32),
}

/// An open window. A snapshot keeps all but the address.
#[derive(Clone)]
pub struct OpenWindow {
    /// The newest address. Empty after a restore.
    pub url: String,
    /// Whether somebody has opened the address.
    pub opened: bool,
    /// Until when the address works, if that is known.
    pub until: Option<u64>,
}

impl Window {
    pub fn save(&self) -> Value {
        match self {
            Window::Open(window) => object! { "opened": window.opened, "until": window.until },
            Window::None | Window::Left(_) => Value::Null,
        }
    }

    pub fn restore(reader: Reader) -> Result<Window, Refusal> {
        if reader.is_null() {
            return Ok(Window::None);
        }
        Ok(Window::Open(OpenWindow {
            url: String::new(),
            opened: reader.get("opened").bool()?,
            until: reader.get("until").optional(Reader::uint)?,
        }))
    }

    /// Whether the window is open, and its address is known.
    pub fn has_address(&self) -> bool {
        matches!(self, Window::Open(window) if !window.url.is_empty())
    }
}

impl Flow {
    /// The vendor has sent an address: of a new window, or a fresh address of the open window.
    pub(super) fn open_window(&mut self, url: String, now: u64) -> Result<Step, Refusal> {
        match self.window {
            // The person left while the request was under way.
            Window::Left(serial) if serial == self.serial => {
                return self.send_when_due(Stage::Poll, now);
            }
            Window::Open(_) => {}
            Window::None | Window::Left(_) => self.window_number += 1,
        }
        let (_, lifetime) = self.vendor.window();
        self.window = Window::Open(OpenWindow {
            url,
            opened: false,
            until: lifetime.map(|ms| now.saturating_add(ms)),
        });
        self.redirect(now);
        Ok(self.step())
    }

    /// Somebody is about to open the window. If its address was opened before or is too old, the flow gets a fresh
    /// address first, and the caller must report again.
    pub(super) fn window_opened(&mut self, now: u64) -> Result<Step, Refusal> {
        if let Window::Open(window) = &mut self.window
            && !window.url.is_empty()
            && !window.opened
            && window.until.is_none_or(|until| now < until)
        {
            window.opened = true;
            return Ok(self.step());
        }
        self.send(Stage::Window, now)
    }

    /// The flow was restored, and the person is still in the window with this address.
    pub(super) fn restored_at_window(&mut self, url: &str) {
        let (opened, until) = match &self.window {
            Window::Open(window) => (window.opened, window.until),
            Window::None | Window::Left(_) => (true, None),
        };
        self.window = Window::Open(OpenWindow {
            url: url.to_owned(),
            opened,
            until,
        });
    }

    pub(super) fn leave_window(&mut self) {
        self.window = Window::Left(self.serial);
    }

    /// Waits for the person in the window, and polls meanwhile. The time in the window does not count as the
    /// vendor's working time.
    pub(super) fn redirect(&mut self, now: u64) {
        self.working_since = now;
        let until = now.saturating_add(self.vendor.limits().poll_every);
        self.state = State::Redirecting { until };
    }

    /// If the person is in the window, they stay there while the flow waits for its next poll. If no fresh address came,
    /// the flow does not request it again: the caller can report `windowOpened` again.
    pub(super) fn return_to_window(&mut self) {
        if let State::Waiting {
            stage: Stage::Poll | Stage::Window,
            until,
        } = self.state
            && self.window.has_address()
        {
            self.state = State::Redirecting { until };
        }
    }
}
