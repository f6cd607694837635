//! An input of a flow: one event a line.

use bank_mfa::json::Value;

/// More lines are ignored: a flow of a person has fewer.
const MAX_LINES: usize = 24;

pub enum Line<'a> {
    /// `> 203 10 {…}`: the reply to the newest request, with its status, Retry-After in seconds or `-`, and body.
    Reply {
        status: u16,
        retry_after: Option<u64>,
        body: &'a [u8],
    },
    /// `late 200 - {…}`: the same, for the request before the newest.
    Late { status: u16, body: &'a [u8] },
    /// `answer {…}`: answers by field name.
    Answer(Value),
    /// `raw {…}`: answers in the vendor's form.
    Raw(Value),
    /// `back {…}`: the claim of a window or page.
    Back(Value),
    /// `window https://…`: restored with this address.
    Window(&'a str),
    /// A word alone.
    Word(&'a str),
}

/// The lines of an input that are events.
pub fn lines(input: &[u8]) -> impl Iterator<Item = Line<'_>> {
    input
        .split(|byte| *byte == b'\n')
        .take(MAX_LINES)
        .filter_map(line)
}

fn line(line: &[u8]) -> Option<Line<'_>> {
    let (verb, rest) = split(line);
    match verb {
        b">" | b"late" => {
            let (status, rest) = split(rest);
            let (seconds, body) = split(rest);
            let status = number(status)? as u16;
            let retry_after = number(seconds).map(|seconds| seconds.saturating_mul(1000));
            Some(match verb {
                b">" => Line::Reply {
                    status,
                    retry_after,
                    body,
                },
                _ => Line::Late { status, body },
            })
        }
        b"answer" => Value::parse(rest).ok().map(Line::Answer),
        b"raw" => Value::parse(rest).ok().map(Line::Raw),
        b"back" => Value::parse(rest).ok().map(Line::Back),
        b"window" => std::str::from_utf8(rest).ok().map(Line::Window),
        _ => std::str::from_utf8(line).ok().map(Line::Word),
    }
}

fn split(line: &[u8]) -> (&[u8], &[u8]) {
    let end = line
        .iter()
        .position(|byte| *byte == b' ')
        .unwrap_or(line.len());
    (&line[..end], line.get(end + 1..).unwrap_or_default())
}

fn number(digits: &[u8]) -> Option<u64> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}
