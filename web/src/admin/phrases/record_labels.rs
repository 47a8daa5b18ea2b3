//! Labels of the facts in a list's line.

use crate::language::Language;

pub struct RecordLabels {
    pub by: &'static str,
    pub device: &'static str,
    pub address: &'static str,
    pub transport: &'static str,
    pub availability: &'static str,
    pub when: &'static str,
    pub whom: &'static str,
    pub detail: &'static str,
    pub because_of: &'static str,
    pub members: &'static str,
    pub entries: &'static str,
    pub made: &'static str,
    pub made_by: &'static str,
    pub active: &'static str,
}

impl RecordLabels {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: RecordLabels = RecordLabels {
    by: "By",
    device: "Device",
    address: "Address",
    transport: "Transport",
    availability: "Presence",
    when: "When",
    whom: "Person",
    detail: "Detail",
    because_of: "Because of",
    members: "Members",
    entries: "Entries",
    made: "Created",
    made_by: "Created by",
    active: "Last message",
};

static KOREAN: RecordLabels = RecordLabels {
    by: "처리한 사람",
    device: "기기",
    address: "주소",
    transport: "전송 방식",
    availability: "접속 상태",
    when: "시각",
    whom: "대상",
    detail: "내용",
    because_of: "원인",
    members: "참여자",
    entries: "기록",
    made: "만든 때",
    made_by: "만든 사람",
    active: "마지막 메시지",
};
