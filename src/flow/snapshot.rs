//! A flow as text, and back.
//!
//! The text is an envelope `{v, vendor, key, flow, sum}`. The first three keep their place in every
//! version, so that a flow whose rest cannot be read any more can still be looked up at its vendor. The
//! checksum finds damage and careless edits; it is no signature, which is why no address is kept here.

use super::{Flow, State};
use crate::failure::{ErrorCode, Failure, NextAction, Refusal, Refused};
use crate::json::{Reader, Value, object};
use crate::vendor::{Entry, Stage};

/// The version that this release writes. It reads this one and its neighbours.
const VERSION: u64 = 1;

impl Flow {
    /// The flow as text: opaque, to be stored and given back as it is. It holds the vendor's ids and
    /// the challenges that stand open, and no secret, answer or credential.
    pub fn snapshot(&self) -> String {
        let number = |number: u32| Value::number(number.into());
        let flow = object! {
            "id": self.id.as_str(),
            "started": Value::number(self.started),
            "working": Value::number(self.working),
            "serial": number(self.serial),
            "session": number(self.session),
            "round": number(self.round),
            "repeats": number(self.repeats),
            "asked": self.asked.clone(),
            "expires": Value::number(self.expires),
            "refused": self.refused,
            "heard": Value::number(self.heard),
            "state": self.state.save(),
            "vendor": self.vendor.saved_state(),
        };
        let mut envelope = object! {
            "v": Value::number(VERSION),
            "vendor": self.vendor.name(),
            "key": self.vendor.vendor_ids(),
            "flow": flow,
        };
        let sum = checksum(envelope.print().bytes());
        envelope.set("sum", number(sum));
        envelope.print()
    }

    /// Reads what [`snapshot`](Flow::snapshot) wrote. Go on with [`Event::Restored`](super::Event).
    pub fn restore(text: &str, vendors: &[Entry], config: &Value) -> Result<Flow, Refusal> {
        Flow::read(text, vendors, config).map_err(|refusal| match &refusal.path {
            Some(path) if path.starts_with("/snapshot") => Refusal::from(Refused {
                path: Some(path.clone()),
                ..ErrorCode::SnapshotUnreadable.into()
            }),
            _ => refusal,
        })
    }

    fn read(text: &str, vendors: &[Entry], config: &Value) -> Result<Flow, Refusal> {
        let damaged = || Refusal::from(ErrorCode::SnapshotUnreadable);
        let mut envelope = Value::parse(text.as_bytes()).map_err(|_| damaged())?;
        let version = Reader::new("snapshot", &envelope).get("v").uint()?;
        if version.abs_diff(VERSION) > 1 {
            return Err(ErrorCode::SnapshotVersion.into());
        }
        let sum = envelope.take_last("sum").ok_or_else(damaged)?;
        if sum != Value::number(checksum(envelope.print().bytes()).into()) {
            return Err(damaged());
        }
        let reader = Reader::new("snapshot", &envelope);
        let name = reader.get("vendor").text()?;
        let vendor = vendors.iter().find(|entry| entry.name == name);
        let vendor = vendor.ok_or_else(|| reader.get("vendor").invalid("is not known here"))?;
        let flow = reader.get("flow");
        let config = Reader::new("config", config);
        let flow = Flow {
            id: flow.get("id").text()?.to_owned(),
            vendor: (vendor.restore)(reader.get("key"), flow.get("vendor"), config)?,
            state: State::restore(flow.get("state"))?,
            started: flow.get("started").uint()?,
            working: flow.get("working").uint()?,
            serial: count(flow.get("serial"))?,
            session: count(flow.get("session"))?,
            round: count(flow.get("round"))?,
            repeats: count(flow.get("repeats"))?,
            asked: flow.get("asked").value().clone(),
            expires: flow.get("expires").uint()?,
            refused: flow.get("refused").bool()?,
            heard: flow.get("heard").uint()?,
            window: None,
        };
        Ok(flow)
    }
}

impl State {
    fn save(&self) -> Value {
        match self {
            State::New => object! { "at": "new" },
            State::Sending(stage) => object! { "at": "sending", "stage": stage.text() },
            State::Waiting { stage, until } => {
                object! {
                    "at": "waiting",
                    "stage": stage.text(),
                    "until": Value::number(*until),
                }
            }
            State::Asking => object! { "at": "asking" },
            State::Resubmitting { until } => {
                object! { "at": "resubmitting", "until": Value::number(*until) }
            }
            State::Redirecting { until } => {
                object! { "at": "redirecting", "until": Value::number(*until) }
            }
            State::Connecting { until } => {
                object! { "at": "connecting", "until": Value::number(*until) }
            }
            State::Done(result) => {
                object! { "at": "done", "result": result.clone() }
            }
            State::Failed(failure) => {
                object! {
                    "at": "failed",
                    "code": failure.code.text(),
                    "next": failure.next.text(),
                    "retryAt": failure.retry_at.map(Value::number),
                    "vendorCode": failure.vendor_code.as_deref(),
                    "status": failure .status .map(|status| Value::number(status.into())),
                }
            }
        }
    }

    fn restore(reader: Reader) -> Result<State, Refusal> {
        let stage = || stage(reader.get("stage"));
        let until = || reader.get("until").uint();
        Ok(match reader.get("at").text()? {
            "new" => State::New,
            "sending" => State::Sending(stage()?),
            "waiting" => State::Waiting {
                stage: stage()?,
                until: until()?,
            },
            "asking" => State::Asking,
            "resubmitting" => State::Resubmitting { until: until()? },
            "redirecting" => State::Redirecting { until: until()? },
            "connecting" => State::Connecting { until: until()? },
            "done" => State::Done(reader.get("result").value().clone()),
            "failed" => State::Failed(failure(reader)?),
            _ => return Err(reader.get("at").invalid("is not a state")),
        })
    }
}

fn failure(reader: Reader) -> Result<Failure, Refusal> {
    let text = reader.get("code").text()?;
    let code = ErrorCode::ALL.iter().find(|code| code.text() == text);
    let code = *code.ok_or_else(|| reader.get("code").invalid("is not a code"))?;
    let status = reader.get("status").optional(Reader::uint)?;
    let text = reader.get("next").text()?;
    let next = NextAction::ALL.iter().find(|next| next.text() == text);
    Ok(Failure {
        next: *next.ok_or_else(|| reader.get("next").invalid("is not a next action"))?,
        retry_at: reader.get("retryAt").optional(Reader::uint)?,
        vendor_code: reader.get("vendorCode").optional_text()?,
        status: status.and_then(|status| u16::try_from(status).ok()),
        ..code.into()
    })
}

fn stage(reader: Reader) -> Result<Stage, Refusal> {
    let text = reader.text()?;
    let found = Stage::ALL.iter().find(|stage| stage.text() == text);
    found
        .copied()
        .ok_or_else(|| reader.invalid("is not a stage"))
}

fn count(reader: Reader) -> Result<u32, Refusal> {
    let number = u32::try_from(reader.uint()?)
        .ok()
        .filter(|number| *number < u32::MAX / 2);
    number.ok_or_else(|| reader.invalid("is too large"))
}

/// FNV-1a, 32 bits.
pub fn checksum(bytes: impl Iterator<Item = u8>) -> u32 {
    bytes.fold(0x811c_9dc5, |sum, byte| {
        (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::VENDORS;
    use crate::flow::Event;

    fn config() -> Value {
        let config =
            br#"{"instance":"toolbox","customerId":"43387ca6-0391-4c82-857d-70d95f087ecb"}"#;
        Value::parse(config).unwrap()
    }

    fn snapshot() -> String {
        let params =
            Value::parse(br#"{"loginId":"5e115eac-1209-4f19-641c-08d6d484e2fe"}"#).unwrap();
        let config = config();
        let (vendor, credentials) = (VENDORS[0].start)(
            Reader::new("params", &params),
            Reader::new("config", &config),
        )
        .unwrap();
        let mut flow = Flow::new("flow", vendor);
        flow.advance(Event::Started(&credentials), 1_000_000)
            .unwrap();
        flow.snapshot()
    }

    fn sealed(text: &str) -> String {
        let mut envelope = Value::parse(text.as_bytes()).unwrap();
        envelope.take_last("sum");
        let sum = checksum(envelope.print().bytes());
        envelope.set("sum", Value::number(sum.into()));
        envelope.print()
    }

    fn refused(text: &str) -> Refusal {
        Flow::restore(text, VENDORS, &config()).err().unwrap()
    }

    #[test]
    fn what_was_put_away_is_taken_up_as_it_was() {
        let flow = Flow::restore(&snapshot(), VENDORS, &config()).ok().unwrap();
        assert_eq!(flow.snapshot(), snapshot());
    }

    #[test]
    fn a_truncated_snapshot_is_refused_wherever_it_ends() {
        let whole = snapshot();
        for end in 0..whole.len() {
            assert_eq!(
                refused(whole.get(..end).unwrap()).code,
                ErrorCode::SnapshotUnreadable
            );
        }
    }

    #[test]
    fn an_edited_snapshot_is_refused_wherever_it_was_edited() {
        let whole = snapshot();
        for at in 0..whole.len() {
            let mut bytes = whole.clone().into_bytes();
            bytes[at] = if bytes[at] == b'1' { b'2' } else { b'1' };
            let edited = String::from_utf8(bytes).unwrap();
            assert_eq!(
                refused(&edited).code,
                ErrorCode::SnapshotUnreadable,
                "{edited}"
            );
        }
    }

    #[test]
    fn an_edit_under_a_new_checksum_is_named_by_its_path() {
        let edited = sealed(&snapshot().replace(r#""stage":"start""#, r#""stage":"finish""#));
        let refusal = refused(&edited);
        assert_eq!(refusal.code, ErrorCode::SnapshotUnreadable);
        assert_eq!(refusal.path.as_deref(), Some("/snapshot/flow/state/stage"));
    }

    #[test]
    fn the_neighbouring_version_is_read_and_a_far_one_is_not() {
        let version = |v: &str| sealed(&snapshot().replace(r#""v":1"#, &format!(r#""v":{v}"#)));
        assert!(Flow::restore(&version("2"), VENDORS, &config()).is_ok());
        assert_eq!(refused(&version("3")).code, ErrorCode::SnapshotVersion);
    }

    #[test]
    fn the_vendors_ids_stand_where_they_always_stand() {
        let envelope = Value::parse(snapshot().as_bytes()).unwrap();
        let id = envelope.get("key").get("LoginId").as_text();
        assert_eq!(id, Some("5e115eac-1209-4f19-641c-08d6d484e2fe"));
    }

    #[test]
    fn no_address_comes_out_of_a_snapshot() {
        assert!(!snapshot().contains("toolbox") && !snapshot().contains("fin.ag"));
    }
}
