//! Flinks prints times such as `2026-01-21T20:47:47.145999`, in UTC and without a zone.

/// The milliseconds since 1970, or `None` if the text is not such a time.
pub fn epoch_ms(text: &str) -> Option<u64> {
    let number = |from: usize, to: usize| digits(text.get(from..to)?);
    let punctuation = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if !punctuation
        .iter()
        .all(|(index, byte)| text.as_bytes().get(*index) == Some(byte))
    {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    if year < 1970 || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let rest = text.get(19..)?;
    let rest = rest.strip_suffix('Z').unwrap_or(rest);
    let millis = match rest.strip_prefix('.') {
        Some(fraction) => digits(fraction).and(digits(fraction.get(..3)?))?,
        None if rest.is_empty() => 0,
        None => return None,
    };
    let seconds = ((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
    Some(seconds * 1000 + millis)
}

/// The time with the `Z` that Flinks leaves out, or `None` if the text is not such a time.
pub fn with_zone(text: &str) -> Option<String> {
    epoch_ms(text)?;
    let mut utc = text.trim_end_matches('Z').to_owned();
    utc.push('Z');
    Some(utc)
}

/// Parses digits; `parse` alone would also accept a sign.
fn digits(text: &str) -> Option<u64> {
    let all = text.bytes().all(|byte| byte.is_ascii_digit());
    all.then(|| text.parse().ok())?
}

/// The days since 1970. A year starts in March here, so that a leap day is its last day.
fn days(year: u64, month: u64, day: u64) -> u64 {
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let before = (153 * month + 2) / 5 + day - 1;
    year * 365 + year / 4 - year / 100 + year / 400 + before - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_without_a_zone_is_utc() {
        assert_eq!(epoch_ms("1970-01-01T00:00:00"), Some(0));
        assert_eq!(
            epoch_ms("2026-01-21T20:47:47.145999"),
            Some(1_769_028_467_145)
        );
        assert_eq!(
            epoch_ms("2026-01-21T20:47:47.145999Z"),
            Some(1_769_028_467_145)
        );
        assert_eq!(epoch_ms("2024-02-29T23:59:59"), Some(1_709_251_199_000));
    }

    #[test]
    fn other_texts_are_not_times() {
        for text in [
            "",
            "yesterday",
            "2026-13-01T00:00:00",
            "2026-01-21 20:47:47",
            "2026-01-21T20",
            "2026-01-21T20:47:47-05:00",
            "2026-01-21T20:47:47.1x9",
            "+026-01-21T20:47:47",
        ] {
            assert_eq!(epoch_ms(text), None, "{text}");
        }
    }
}
