//! A text in which ids and times are relative, so that two states of the same future have the same text.

/// Times before this count as the same: no limit of a vendor is longer.
const LONG_AGO_S: i64 = -4 * 3600;

/// Numbers after these are left out.
const SKIPPED: [&str; 3] = [r#""serial":"#, r#""sum":"#, "Seed("];

/// Replaces each GUID by its number of first occurrence, and each time by its distance from `now` in seconds.
pub fn canonical(text: &str, now: u64) -> String {
    let bytes = text.as_bytes();
    let mut out = String::with_capacity(text.len());
    let mut guids: Vec<&[u8]> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let word = word_length(&bytes[at..]);
        if word == 0 {
            let next = bytes[at..].iter().position(|byte| byte.is_ascii_hexdigit());
            let end = next.map_or(bytes.len(), |next| at + next.max(1));
            out.push_str(&String::from_utf8_lossy(&bytes[at..end]));
            at = end;
            continue;
        }
        let found = &bytes[at..at + word];
        at += word;
        if is_guid(found) {
            let known = guids.iter().position(|guid| *guid == found);
            let number = known.unwrap_or_else(|| {
                guids.push(found);
                guids.len() - 1
            });
            out.push('#');
            out.push_str(&number.to_string());
        } else if let Some(time) = time(found) {
            let seconds = (time as i64).wrapping_sub(now as i64).div_euclid(1000);
            out.push('t');
            out.push_str(&seconds.clamp(LONG_AGO_S, i64::MAX / 2).to_string());
        } else if !SKIPPED.iter().any(|name| out.ends_with(name)) {
            out.push_str(&String::from_utf8_lossy(found));
        }
    }
    out
}

/// The length of a run of letters and digits, or of a GUID with its dashes.
fn word_length(bytes: &[u8]) -> usize {
    if bytes.len() >= 36 && is_guid(&bytes[..36]) {
        return 36;
    }
    let plain = |byte: &&u8| byte.is_ascii_alphanumeric();
    bytes.iter().take_while(plain).count()
}

fn is_guid(bytes: &[u8]) -> bool {
    let dashed = |(index, byte): (usize, &u8)| match index {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    match bytes.len() {
        36 => bytes.iter().enumerate().all(dashed),
        32 => bytes.iter().all(u8::is_ascii_hexdigit),
        _ => false,
    }
}

/// A number of at least 13 digits: milliseconds since 1970.
fn time(bytes: &[u8]) -> Option<u64> {
    let is_time = bytes.len() >= 13 && bytes.iter().all(u8::is_ascii_digit);
    let text = std::str::from_utf8(bytes).ok().filter(|_| is_time)?;
    Some(text.parse().unwrap_or(u64::MAX))
}

#[test]
fn texts_of_the_same_future_are_equal() {
    let guid = "9022abc2-8a2e-4b06-a06e-c3e5449c4d10";
    let other = "5e115eac-1209-4f19-641c-08d6d484e2fe";
    let text = |one: &str, two: &str, now: u64| {
        let text = format!(
            r#"{{"serial":{},"id":"{one}","at":{}}} {two} {one} ask"#,
            now % 7,
            now + 8000
        );
        canonical(&text, now)
    };
    assert_eq!(
        text(guid, other, 1_790_000_000_000),
        r##"{"serial":,"id":"#0","at":t8} #1 #0 ask"##
    );
    assert_eq!(
        text(guid, other, 1_790_000_000_000),
        text(other, guid, 1_790_000_012_345)
    );
    assert_ne!(
        text(guid, other, 1_790_000_000_000),
        text(guid, guid, 1_790_000_000_000)
    );
}
