//! The connection and the log in the details.

use crate::language::Language;
use steadfast_client::link::WebSocketFailure;

pub struct DetailsPhrases {
    pub state: &'static str,
    pub transport: &'static str,
    pub websocket_works: &'static str,
    pub websocket_fails: fn(WebSocketFailure) -> &'static str,
    pub nodes_degraded: &'static str,
    pub round_trip: &'static str,
    pub recovered: &'static str,
    pub database: &'static str,
    pub epoch: &'static str,
    pub cursor: &'static str,
    pub head: &'static str,
    pub held: &'static str,
    pub person: &'static str,
    pub change_person: &'static str,
}

impl DetailsPhrases {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: DetailsPhrases = DetailsPhrases {
    state: "State",
    transport: "Transport",
    websocket_works: "WebSocket works on this network.",
    websocket_fails: |failure| match failure {
        WebSocketFailure::Silent => {
            "WebSocket gets no answer, perhaps because of a proxy. Polling does the same, a little slower. WebSocket is tried again from time to time."
        }
        WebSocketFailure::Broken => {
            "WebSocket opens and breaks off, perhaps because of a proxy. Polling does the same, a little slower. WebSocket is tried again from time to time."
        }
        _ => {
            "WebSocket is refused, perhaps by a proxy. Polling does the same, a little slower. WebSocket is tried again from time to time."
        }
    },
    nodes_degraded: "The servers are slow to reach each other right now. Messages still arrive within a second or two; who is online or typing may be out of date.",
    round_trip: "Round trip",
    recovered: "Recovered without asking",
    database: "Log",
    epoch: "Epoch",
    cursor: "Cursor",
    head: "Head",
    held: "Held back by a gap",
    person: "You",
    change_person: "Use another nickname",
};

static KOREAN: DetailsPhrases = DetailsPhrases {
    state: "상태",
    transport: "전송 방식",
    websocket_works: "이 네트워크에서는 WebSocket이 잘 작동해요.",
    websocket_fails: |failure| match failure {
        WebSocketFailure::Silent => {
            "WebSocket에 응답이 없어요. 프록시 때문일 수 있어요. 조금 느리지만 폴링으로 똑같이 쓸 수 있고, WebSocket은 가끔 다시 시도해요."
        }
        WebSocketFailure::Broken => {
            "WebSocket이 열렸다가 끊겨요. 프록시 때문일 수 있어요. 조금 느리지만 폴링으로 똑같이 쓸 수 있고, WebSocket은 가끔 다시 시도해요."
        }
        _ => {
            "WebSocket이 거부돼요. 프록시 때문일 수 있어요. 조금 느리지만 폴링으로 똑같이 쓸 수 있고, WebSocket은 가끔 다시 시도해요."
        }
    },
    nodes_degraded: "지금 서버들이 서로의 소식을 늦게 받고 있어요. 메시지는 1~2초 안에 도착하지만, 접속 상태와 입력 중 표시는 실제와 다를 수 있어요.",
    round_trip: "왕복 시간",
    recovered: "바로 복구됨",
    database: "로그",
    epoch: "에포크",
    cursor: "커서",
    head: "마지막 번호",
    held: "빠진 번호 때문에 보류 중",
    person: "나",
    change_person: "다른 닉네임 쓰기",
};
