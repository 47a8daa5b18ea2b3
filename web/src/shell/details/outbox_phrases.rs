//! The outbox in the details.

use crate::language::Language;

pub struct OutboxPhrases {
    pub outbox: &'static str,
    pub outbox_empty: &'static str,
    pub tries: fn(u32) -> String,
    pub this_tab_sends: &'static str,
    pub another_tab_sends: &'static str,
}

impl OutboxPhrases {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: OutboxPhrases = OutboxPhrases {
    outbox: "Outbox",
    outbox_empty: "Nothing is waiting to be sent.",
    tries: |n| {
        if n == 1 {
            "1 try".into()
        } else {
            format!("{n} tries")
        }
    },
    this_tab_sends: "This tab sends for all tabs of this browser.",
    another_tab_sends: "Another tab of this browser sends for this one.",
};

static KOREAN: OutboxPhrases = OutboxPhrases {
    outbox: "보낼 메시지함",
    outbox_empty: "보내기를 기다리는 메시지가 없어요.",
    tries: |n| format!("{n}번 시도"),
    this_tab_sends: "이 탭이 브라우저의 모든 탭을 대신해 보내요.",
    another_tab_sends: "브라우저의 다른 탭이 대신 보내요.",
};
