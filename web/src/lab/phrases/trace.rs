//! The trace of each message.

use crate::language::Language;

pub struct TracePhrases {
    pub traces: &'static str,
    pub no_traces: &'static str,
    pub step_typed: &'static str,
    pub step_saved: &'static str,
    pub step_not_saved: &'static str,
    pub step_tried: fn(u32) -> String,
    pub step_tried_lost: fn(u32) -> String,
    pub step_copy: &'static str,
    pub step_acked: fn(u64) -> String,
    pub step_ack_lost: fn(u64) -> String,
    pub step_unanswered: &'static str,
    pub step_postponed: &'static str,
    pub step_rejected: &'static str,
    pub step_came: &'static str,
    pub step_discarded: &'static str,
    pub ended: &'static str,
}

impl TracePhrases {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: TracePhrases = TracePhrases {
    traces: "Your last messages",
    no_traces: "Write something: its steps show here.",
    step_typed: "typed",
    step_saved: "saved on this device",
    step_not_saved: "not saved",
    step_tried: |n| format!("sent, try {n}"),
    step_tried_lost: |n| format!("try {n}, lost on its way"),
    step_copy: "sent a second time",
    step_acked: |seq| format!("acknowledged as number {seq}"),
    step_ack_lost: |seq| format!("stored as number {seq}, answer lost"),
    step_unanswered: "no answer in time",
    step_postponed: "asked to wait",
    step_rejected: "refused",
    step_came: "back from the log: sent to everyone in the room",
    step_discarded: "discarded",
    ended: "ended",
};

static KOREAN: TracePhrases = TracePhrases {
    traces: "내 마지막 메시지",
    no_traces: "무언가를 써 보세요. 거치는 단계가 여기에 보여요.",
    step_typed: "입력",
    step_saved: "이 기기에 저장",
    step_not_saved: "저장 실패",
    step_tried: |n| format!("전송, {n}번째 시도"),
    step_tried_lost: |n| format!("{n}번째 시도, 가는 길에 사라짐"),
    step_copy: "한 번 더 전송",
    step_acked: |seq| format!("{seq}번으로 확인"),
    step_ack_lost: |seq| format!("{seq}번으로 저장, 응답은 사라짐"),
    step_unanswered: "제때 답이 없음",
    step_postponed: "기다려 달라는 답",
    step_rejected: "거절됨",
    step_came: "로그에서 돌아옴: 채팅방의 모두에게 전달",
    step_discarded: "버림",
    ended: "끝남",
};
