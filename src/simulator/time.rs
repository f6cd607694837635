//! Dates in the vendors' formats.

/// Milliseconds since 1970 in the format of Flinks' `LastRefresh`: UTC, microseconds, no zone suffix.
pub(crate) fn timestamp(ms: i64, extra_micros: u64) -> String {
    let (days, of_day) = (ms.div_euclid(86_400_000), ms.rem_euclid(86_400_000));
    let (year, month, day) = civil(days);
    let (seconds, millis) = (of_day / 1000, of_day % 1000);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let micros = extra_micros % 1000;
    format!(
        "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}{micros:03}"
    )
}

/// Milliseconds since 1970 in the format of MX's guide: UTC, whole seconds, `Z`.
pub(crate) fn iso_utc(ms: u64) -> String {
    let mut text = timestamp(i64::try_from(ms).unwrap_or(i64::MAX), 0);
    text.truncate("YYYY-MM-DDThh:mm:ss".len());
    text + "Z"
}

/// Howard Hinnant's `civil_from_days`. Years start in March, so that the leap day is the last day.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_have_the_vendors_format() {
        assert_eq!(
            timestamp(1_769_028_467_145, 999),
            "2026-01-21T20:47:47.145999"
        );
        assert_eq!(iso_utc(1_600_717_737_999), "2020-09-21T19:48:57Z");
        assert_eq!(timestamp(0, 0), "1970-01-01T00:00:00.000000");
        assert_eq!(timestamp(-1, 1), "1969-12-31T23:59:59.999001");
        assert_eq!(timestamp(951_782_400_000, 7), "2000-02-29T00:00:00.000007");
    }
}
