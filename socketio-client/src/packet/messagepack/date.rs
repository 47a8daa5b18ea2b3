//! Dates in JavaScript's JSON form.

use serde_json::Value;

/// The latest and earliest JavaScript date, in milliseconds either side of 1970.
const MOST: i64 = 8_640_000_000_000_000;
const DAY: i64 = 86_400_000;

/// `2026-11-21T01:53:44.000Z` for milliseconds since 1970; null for a number outside the range.
pub(super) fn text(milliseconds: i64) -> Value {
    if !(-MOST..=MOST).contains(&milliseconds) {
        return Value::Null;
    }
    let (year, month, day) = civil(milliseconds.div_euclid(DAY));
    let time = milliseconds.rem_euclid(DAY);
    let (hours, minutes) = (time / 3_600_000, time / 60_000 % 60);
    let (seconds, rest) = (time / 1000 % 60, time % 1000);
    let year = if (0..10_000).contains(&year) {
        format!("{year:04}")
    } else {
        format!("{year:+07}")
    };
    format!("{year}-{month:02}-{day:02}T{hours:02}:{minutes:02}:{seconds:02}.{rest:03}Z").into()
}

/// Year, month and day of a day since 1970, by the algorithm of <https://howardhinnant.github.io/date_algorithms.html>.
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    (year, month, of_year - (153 * shifted + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_javascripts_text() {
        for (milliseconds, expected) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (1_795_226_024_007, "2026-11-21T01:53:44.007Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (MOST, "+275760-09-13T00:00:00.000Z"),
            (-MOST, "-271821-04-20T00:00:00.000Z"),
        ] {
            assert_eq!(text(milliseconds), expected);
        }
        assert_eq!(text(MOST + 1), Value::Null);
    }
}
