//! A flow as text, and back.
//!
//! The text is an envelope `{v, vendor, vendorIds, flow, sum}`. The first three stay as they are in later
//! versions, so that a flow can be looked up at its vendor even if the rest cannot be read. The checksum detects
//! damage and accidental edits. It is not a signature, so a snapshot contains no URL to call.

use super::{Flow, State, Window};
use crate::failure::{ErrorCode, Failure, NextAction, Refusal, Refused};
use crate::json::{Reader, Value, object};
use crate::redirect_error::{RedirectError, RedirectErrorCode};
use crate::vendor::{Entry, Recovery, Stage};

/// The version that this release writes.
const VERSION: u64 = 2;

/// The oldest version that this release reads. A release reads its own version and the two next to it, so
/// that a deployment can be rolled back. Version 1 is the exception: its fields have other names.
const OLDEST_VERSION: u64 = 2;

/// The path and the message if this build does not include the vendor. The snapshot is sound, and another import
/// restores it, so the flow must not start over.
const NOT_INCLUDED: (&str, &str) = (
    "/snapshot/vendor",
    "is a vendor that this import of bank-mfa does not include",
);

impl Flow {
    /// The flow as text, to be stored and restored unchanged. It contains the vendor's ids and the open
    /// challenges, and no secret, answer or credential.
    pub fn snapshot(&self) -> String {
        let flow = object! {
            "id": self.id.as_str(),
            "startedAt": self.started_at,
            "workingSince": self.working_since,
            "lastReplyAt": self.last_reply_at,
            "serial": self.serial,
            "session": self.session,
            "round": self.round,
            "repeats": self.repeats,
            "newSessions": self.new_sessions,
            "challengePayload": self.challenge_payload.clone(),
            "expiresAt": self.expires_at,
            "refused": self.refused,
            "window": self.window.save(),
            "windowNumber": self.window_number,
            "redirectError": self.redirect_error.clone(),
            "watchPause": self.watch_pause,
            "seenOpenAt": self.seen_open_at,
            "state": self.state.save(),
            "vendor": self.vendor.saved_state(),
        };
        let mut envelope = object! {
            "v": VERSION,
            "vendor": self.vendor.name(),
            "vendorIds": self.vendor.vendor_ids(),
            "flow": flow,
        };
        let sum = checksum(envelope.print().bytes());
        envelope.set("sum", sum.into());
        envelope.print()
    }

    /// Reads what [`snapshot`](Flow::snapshot) wrote. The next event is
    /// [`Event::Restored`](super::Event::Restored).
    pub fn restore(text: &str, vendors: &[Entry], config: &Value) -> Result<Flow, Refusal> {
        Flow::read(text, vendors, config).map_err(|refusal| match &refusal.path {
            Some(path) if path != NOT_INCLUDED.0 && path.starts_with("/snapshot") => {
                Refusal::from(Refused {
                    path: Some(path.clone()),
                    ..ErrorCode::SnapshotUnreadable.into()
                })
            }
            _ => refusal,
        })
    }

    fn read(text: &str, vendors: &[Entry], config: &Value) -> Result<Flow, Refusal> {
        let damaged = || Refusal::from(ErrorCode::SnapshotUnreadable);
        let mut envelope = Value::parse(text.as_bytes()).map_err(|_| damaged())?;
        let version = Reader::new("snapshot", &envelope).get("v").uint()?;
        if !(OLDEST_VERSION..=VERSION + 1).contains(&version) {
            return Err(ErrorCode::SnapshotVersion.into());
        }
        let sum = envelope.take_last("sum").ok_or_else(damaged)?;
        if sum != checksum(envelope.print().bytes()).into() {
            return Err(damaged());
        }
        let reader = Reader::new("snapshot", &envelope);
        let name = reader.get("vendor").text().map_err(|_| damaged())?;
        let vendor = vendors.iter().find(|entry| entry.name == name);
        let vendor = vendor.ok_or_else(|| reader.get("vendor").invalid(NOT_INCLUDED.1))?;
        let flow = reader.get("flow");
        let config = Reader::new("host", config);
        let vendor = (vendor.restore)(reader.get("vendorIds"), flow.get("vendor"), config)?;
        let mut restored = Flow::new(flow.get("id").text()?, vendor);
        for (name, time) in [
            ("startedAt", &mut restored.started_at),
            ("workingSince", &mut restored.working_since),
            ("lastReplyAt", &mut restored.last_reply_at),
            ("expiresAt", &mut restored.expires_at),
            ("watchPause", &mut restored.watch_pause),
            ("seenOpenAt", &mut restored.seen_open_at),
        ] {
            *time = flow.get(name).uint()?;
        }
        for (name, number) in [
            ("serial", &mut restored.serial),
            ("session", &mut restored.session),
            ("round", &mut restored.round),
            ("repeats", &mut restored.repeats),
            ("newSessions", &mut restored.new_sessions),
        ] {
            *number = count(flow.get(name))?;
        }
        if let Some(number) = flow.get("windowNumber").optional(|number| count(*number))? {
            restored.window_number = number;
        }
        restored.state = State::restore(flow.get("state"))?;
        restored.challenge_payload = flow.get("challengePayload").value().clone();
        restored.refused = flow.get("refused").bool()?;
        restored.window = Window::restore(flow.get("window"))?;
        restored.redirect_error = flow.get("redirectError").optional(redirect_error)?;
        restored.check_needs(reader)?;
        Ok(restored)
    }

    /// Refuses a state that this vendor does not have, or that lacks what its next requests need. Somebody
    /// may have edited the snapshot and its checksum.
    fn check_needs(&self, envelope: Reader) -> Result<(), Refusal> {
        let flow = envelope.get("flow");
        let state = flow.get("state");
        let stage = match self.state {
            State::Done(_) | State::Failed(_) => return Ok(()),
            State::Sending(stage) => Some(stage),
            State::Waiting {
                stage: Stage::Start,
                ..
            } if self.new_sessions > 0 && self.vendor.new_session_stage() == Some(Stage::Start) => {
                Some(Stage::Start)
            }
            // Any other wait is for a request without a submission.
            State::Waiting { stage, .. } => match self.vendor.recovery(stage) {
                Recovery::Repeat(_) if !matches!(stage, Stage::Answer | Stage::Watch) => {
                    Some(stage)
                }
                _ => None,
            },
            State::Asking { watch_at: None } => Some(Stage::Answer),
            State::Asking { .. } => Some(Stage::Watch),
            State::Resubmitting { .. } => Some(Stage::PreCheck),
            State::Redirecting { .. } => Some(Stage::Window),
            State::Connecting { .. } if !self.vendor.frame().url.is_empty() => return Ok(()),
            State::New | State::Connecting { .. } => None,
        };
        let Some(id) = stage.and_then(|stage| self.vendor.needs(stage)) else {
            return Err(state.invalid("is not a known state"));
        };
        if !id.is_empty() {
            envelope.get("vendorIds").get(id).text()?;
        }
        let asks = matches!(stage, Some(Stage::Answer | Stage::PreCheck | Stage::Watch));
        if asks && (self.round == 0 || !self.is_answerable()) {
            return Err(flow.get("challengePayload").invalid("has no challenges"));
        }
        Ok(())
    }
}

impl State {
    fn save(&self) -> Value {
        match self {
            State::New => object! { "name": "new" },
            State::Sending(stage) => object! { "name": "sending", "stage": *stage },
            State::Waiting { stage, until } => {
                object! { "name": "waiting", "stage": *stage, "until": *until }
            }
            State::Asking { watch_at: None } => object! { "name": "asking" },
            State::Asking { watch_at } => object! { "name": "asking", "watchAt": *watch_at },
            State::Resubmitting { until } => object! { "name": "resubmitting", "until": *until },
            State::Redirecting { until } => object! { "name": "redirecting", "until": *until },
            State::Connecting { until } => object! { "name": "connecting", "until": *until },
            State::Done(result) => object! { "name": "done", "result": result.clone() },
            State::Failed(failure) => object! {
                "name": "failed",
                "code": failure.code,
                "next": failure.next,
                "retryAt": failure.retry_at,
                "vendorCode": failure.vendor_code.as_deref(),
                "status": failure.status,
                "memberGuid": failure.member_guid.as_deref(),
            },
        }
    }

    fn restore(reader: Reader) -> Result<State, Refusal> {
        let stage = || variant(reader.get("stage"), Stage::from_text);
        let until = || reader.get("until").uint();
        Ok(match reader.get("name").text()? {
            "sending" => State::Sending(stage()?),
            "waiting" => State::Waiting {
                stage: stage()?,
                until: until()?,
            },
            "asking" => State::Asking {
                watch_at: reader.get("watchAt").optional(Reader::uint)?,
            },
            "resubmitting" => State::Resubmitting { until: until()? },
            "redirecting" => State::Redirecting { until: until()? },
            "connecting" => State::Connecting { until: until()? },
            "done" => State::Done(reader.get("result").value().clone()),
            "failed" => State::Failed(failure(reader)?),
            _ => return Err(reader.get("name").invalid("is not a known state")),
        })
    }
}

fn failure(reader: Reader) -> Result<Failure, Refusal> {
    let code = variant(reader.get("code"), ErrorCode::from_text)?;
    let status = reader.get("status").optional(Reader::uint)?;
    Ok(Failure {
        next: variant(reader.get("next"), NextAction::from_text)?,
        retry_at: reader.get("retryAt").optional(Reader::uint)?,
        vendor_code: reader.get("vendorCode").optional_text()?,
        status: status.and_then(|status| u16::try_from(status).ok()),
        member_guid: reader.get("memberGuid").optional_text()?,
        ..code.into()
    })
}

fn redirect_error(reader: &Reader) -> Result<RedirectError, Refusal> {
    let vendor_reason = reader.get("vendorReason");
    let reason = vendor_reason.optional_text()?;
    if !reason.as_deref().is_none_or(RedirectError::is_reason) {
        return Err(vendor_reason.invalid("is not a reason"));
    }
    Ok(RedirectError {
        code: variant(reader.get("code"), RedirectErrorCode::from_text)?,
        vendor_reason: reason,
    })
}

fn variant<T>(reader: Reader, from_text: fn(&str) -> Option<T>) -> Result<T, Refusal> {
    from_text(reader.text()?).ok_or_else(|| reader.invalid("is not recognised"))
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
        let (vendor, credentials) =
            (VENDORS[0].start)(Reader::new("params", &params), Reader::new("host", &config))
                .unwrap();
        let mut flow = Flow::new("flow", vendor);
        flow.advance(Event::Started(&credentials), 1_000_000)
            .unwrap();
        flow.snapshot()
    }

    fn with_new_checksum(text: &str) -> String {
        let mut envelope = Value::parse(text.as_bytes()).unwrap();
        envelope.take_last("sum");
        let sum = checksum(envelope.print().bytes());
        envelope.set("sum", sum.into());
        envelope.print()
    }

    fn refused(text: &str) -> Refusal {
        Flow::restore(text, VENDORS, &config()).err().unwrap()
    }

    #[test]
    fn a_restored_flow_writes_the_same_snapshot() {
        let flow = Flow::restore(&snapshot(), VENDORS, &config()).ok().unwrap();
        assert_eq!(flow.snapshot(), snapshot());
    }

    #[test]
    fn a_snapshot_truncated_at_any_byte_is_refused() {
        let whole = snapshot();
        for end in 0..whole.len() {
            assert_eq!(
                refused(whole.get(..end).unwrap()).code,
                ErrorCode::SnapshotUnreadable
            );
        }
    }

    #[test]
    fn a_snapshot_edited_at_any_byte_is_refused() {
        let whole = snapshot();
        for index in 0..whole.len() {
            let mut bytes = whole.clone().into_bytes();
            bytes[index] = if bytes[index] == b'3' { b'2' } else { b'3' };
            let edited = String::from_utf8(bytes).unwrap();
            assert_eq!(
                refused(&edited).code,
                ErrorCode::SnapshotUnreadable,
                "{edited}"
            );
        }
    }

    #[test]
    fn an_edit_with_a_new_checksum_is_refused_with_its_path() {
        let edited =
            with_new_checksum(&snapshot().replace(r#""stage":"start""#, r#""stage":"finish""#));
        let refusal = refused(&edited);
        assert_eq!(refusal.code, ErrorCode::SnapshotUnreadable);
        assert_eq!(refusal.path.as_deref(), Some("/snapshot/flow/state/stage"));
    }

    #[test]
    fn a_number_that_a_flow_could_count_beyond_is_refused() {
        let serial = |number: u32| {
            let text = snapshot().replace(r#""serial":1"#, &format!(r#""serial":{number}"#));
            Flow::restore(&with_new_checksum(&text), VENDORS, &config()).is_ok()
        };
        assert!(serial(u32::MAX / 2 - 1));
        assert!(!serial(u32::MAX / 2));
    }

    #[test]
    fn the_next_version_is_read_and_the_one_after_it_is_refused() {
        let version =
            |v: &str| with_new_checksum(&snapshot().replace(r#""v":2"#, &format!(r#""v":{v}"#)));
        assert!(Flow::restore(&version("3"), VENDORS, &config()).is_ok());
        assert_eq!(refused(&version("4")).code, ErrorCode::SnapshotVersion);
    }

    #[test]
    fn a_snapshot_of_version_1_is_refused_by_its_version() {
        let text = r#"{"v":1,"vendor":"flinks","key":{"LoginId":"5e115eac-1209-4f19-641c-08d6d484e2fe","RequestId":"9022abc2-8a2e-4b06-a06e-c3e5449c4d10"},"flow":{"id":"flow","started":1790000000000,"working":1790000000000,"serial":1,"session":1,"round":1,"repeats":0,"asked":[{"Type":"QuestionAndAnswer","Prompt":"What city were you born in?"}],"expires":1790000482000,"refused":false,"heard":1790000002000,"state":{"at":"asking"},"vendor":{"codeSent":false,"params":{"loginId":"5e115eac-1209-4f19-641c-08d6d484e2fe","mostRecentCached":false}}},"sum":3937461030}"#;
        assert_eq!(
            with_new_checksum(text),
            text,
            "the text is a whole snapshot"
        );
        assert_eq!(refused(text).code, ErrorCode::SnapshotVersion);
    }

    #[test]
    fn the_vendor_ids_have_a_fixed_path() {
        let envelope = Value::parse(snapshot().as_bytes()).unwrap();
        let id = envelope.get("vendorIds").get("LoginId").as_text();
        assert_eq!(id, Some("5e115eac-1209-4f19-641c-08d6d484e2fe"));
    }

    #[test]
    fn a_snapshot_holds_no_address() {
        assert!(!snapshot().contains("toolbox") && !snapshot().contains("fin.ag"));
    }
}
