//! Formats responses as tables and sentences.

use serde_json::Value;

/// Confirms a command whose response has no content.
pub(super) fn nothing(_: &Value) -> String {
    "done".into()
}

pub(super) fn connections(answer: &Value) -> String {
    table(
        answer,
        "nobody is connected",
        &[
            ("PERSON", &|line| text(&line["person"]["name"])),
            ("ROLE", &|line| text(&line["role"])),
            ("SINCE (UTC)", &|line| time(&line["since"])),
            ("ADDRESS", &|line| text(&line["address"])),
            ("DEVICE", &|line| text(&line["device_name"])),
            ("BY", &|line| text(&line["transport"])),
            ("", &|line| {
                if line["away"] == true {
                    "away".into()
                } else {
                    String::new()
                }
            }),
        ],
    )
}

pub(super) fn people(answer: &Value) -> String {
    table(
        answer,
        "nobody",
        &[
            ("PERSON", &|line| text(&line["person"]["name"])),
            ("ROLE", &|line| text(&line["role"])),
            ("STATE", &|line| text(&line["state"])),
            ("THERE", &|line| text(&line["availability"])),
            ("LAST SEEN (UTC)", &|line| time(&line["last_seen_at"])),
            ("DEVICES", &|line| text(&line["devices"])),
            ("ID", &|line| text(&line["person"]["id"])),
        ],
    )
}

pub(super) fn person(answer: &Value) -> String {
    let devices = table(
        &answer["devices_list"],
        "no devices",
        &[
            ("DEVICE", &|line| text(&line["name"])),
            ("SIGNED IN (UTC)", &|line| time(&line["created_at"])),
            ("LAST SEEN (UTC)", &|line| time(&line["last_seen_at"])),
        ],
    );
    format!(
        "{}\nsigned up {} (UTC), in {} rooms, {} messages, passphrase: {}\n\n{devices}\n\n{}\n\n{}\n\n{}",
        state(answer),
        time(&answer["created_at"]),
        text(&answer["rooms"]),
        text(&answer["messages_written"]),
        if answer["has_passphrase"] == true {
            "yes"
        } else {
            "no"
        },
        connections(&answer["connections"]),
        sign_ins(&answer["sign_ins"]),
        limits(&answer["limits"]),
    )
}

/// A person's role and state, as one line.
pub(super) fn state(answer: &Value) -> String {
    let mut line = format!(
        "{} ({}) is {}, {}; messages {}",
        text(&answer["person"]["name"]),
        text(&answer["person"]["id"]),
        text(&answer["role"]),
        text(&answer["state"]),
        text(&answer["messages"]),
    );
    if let Some(until) = answer["exclusion"].get("until") {
        line.push_str(&format!("; until {} (UTC)", time(until)));
    }
    if let Some(reason) = answer["exclusion"].get("reason") {
        line.push_str(&format!("; {}", text(reason)));
    }
    line
}

pub(super) fn signed_out(answer: &Value) -> String {
    format!("devices signed out: {}", text(&answer["devices"]))
}

pub(super) fn limits(answer: &Value) -> String {
    table(
        answer,
        "the limits of everybody",
        &[
            ("LIMIT", &|line| text(&line["limit"])),
            ("VALUE", &|line| text(&line["value"])),
        ],
    )
}

pub(super) fn sign_ins(answer: &Value) -> String {
    table(
        answer,
        "no sign-ins",
        &[
            ("AT (UTC)", &|line| time(&line["at"])),
            ("NICKNAME", &|line| text(&line["nickname"])),
            ("OUTCOME", &|line| text(&line["outcome"])),
            ("ADDRESS", &|line| text(&line["address"])),
            ("DEVICE", &|line| text(&line["device_name"])),
        ],
    )
}

pub(super) fn audit(answer: &Value) -> String {
    table(
        answer,
        "nothing was done",
        &[
            ("AT (UTC)", &|line| time(&line["at"])),
            ("BY", &|line| match line["by"]["name"].as_str() {
                Some(name) => name.to_owned(),
                None => "command line".into(),
            }),
            ("FROM", &|line| text(&line["address"])),
            ("WHAT", &|line| text(&line["action"])),
            ("TO", &|line| text(&line["person"]["name"])),
            ("ROOM", &|line| text(&line["room"])),
            ("", &|line| text(&line["detail"])),
        ],
    )
}

pub(super) fn rooms(answer: &Value) -> String {
    table(
        answer,
        "no rooms",
        &[
            ("ROOM", &|line| text(&line["name"])),
            ("KIND", &|line| text(&line["kind"])),
            ("", &|line| {
                if line["archived"] == true {
                    "archived".into()
                } else {
                    String::new()
                }
            }),
            ("PEOPLE", &|line| text(&line["members"])),
            ("ENTRIES", &|line| text(&line["entries"])),
            ("MADE BY", &|line| text(&line["creator"]["name"])),
            ("LAST SAID (UTC)", &|line| time(&line["active_at"])),
            ("ID", &|line| text(&line["id"])),
        ],
    )
}

pub(super) fn addresses(answer: &Value) -> String {
    table(
        answer,
        "sign-ups are refused from no address",
        &[
            ("ID", &|line| text(&line["id"])),
            ("ADDRESS", &|line| text(&line["address"])),
            ("UNTIL (UTC)", &|line| time(&line["until"])),
            ("BECAUSE OF", &|line| text(&line["person"]["name"])),
        ],
    )
}

type ShownColumn<'c> = (&'c str, &'c dyn Fn(&Value) -> String);

fn table(answer: &Value, none: &str, columns: &[ShownColumn<'_>]) -> String {
    let lines = answer.as_array().map(Vec::as_slice).unwrap_or_default();
    if lines.is_empty() {
        return none.to_owned();
    }
    let mut rows: Vec<Vec<String>> = vec![columns.iter().map(|(head, _)| (*head).to_owned()).collect()];
    rows.extend(
        lines
            .iter()
            .map(|line| columns.iter().map(|(_, cell)| cell(line)).collect()),
    );
    let widths: Vec<usize> = (0..columns.len())
        .map(|column| {
            rows.iter()
                .map(|row| row[column].chars().count())
                .max()
                .unwrap_or(0)
        })
        .collect();
    let printed: Vec<String> = rows
        .iter()
        .map(|row| {
            let cells = row.iter().zip(&widths).map(|(cell, width)| {
                let blanks = width - cell.chars().count();
                format!("{cell}{}", " ".repeat(blanks))
            });
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        })
        .collect();
    printed.join("\n")
}

/// A value as text. Control characters could drive the terminal: names have none, and all other values are shown without
/// them.
fn text(value: &Value) -> String {
    let text = match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    text.chars().filter(|character| !character.is_control()).collect()
}

/// Milliseconds since 1970 as a date and a time of day.
fn time(value: &Value) -> String {
    let Some(millis) = value.as_u64() else {
        return String::new();
    };
    let (days, seconds) = (millis / 86_400_000, millis / 1_000 % 86_400);
    let (year, month, day) = date(days);
    format!(
        "{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02}",
        seconds / 3_600,
        seconds / 60 % 60,
        seconds % 60
    )
}

/// The date this many days after 1970-01-01, by Howard Hinnant's `civil_from_days`.
fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let era = days / 146_097;
    let of_era = days % 146_097;
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times_are_dates() {
        assert_eq!(time(&json!(0)), "1970-01-01 00:00:00");
        assert_eq!(time(&json!(951_782_400_000_u64)), "2000-02-29 00:00:00");
        assert_eq!(time(&json!(1_795_223_454_958_u64)), "2026-11-21 01:10:54");
    }

    #[test]
    fn a_table_is_aligned_and_obeys_nobody() {
        let answer = json!([{ "limit": "rooms\u{1b}[2J", "value": 5 }, { "limit": "x", "value": 12 }]);
        assert_eq!(limits(&answer), "LIMIT     VALUE\nrooms[2J  5\nx         12");
        assert_eq!(limits(&json!([])), "the limits of everybody");
    }
}
