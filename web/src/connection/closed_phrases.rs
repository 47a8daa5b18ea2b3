//! Why the connection was closed or refused.

use crate::language::Language;
use steadfast_shared::ErrorCode;

pub struct ClosedPhrases {
    pub server_closed: &'static str,
    pub server_restarts: &'static str,
    pub server_busy: &'static str,
    pub put_off: fn(ErrorCode) -> &'static str,
    pub too_slow: &'static str,
    pub too_much: &'static str,
    pub banned: &'static str,
    pub deactivated: &'static str,
    pub taken_over: &'static str,
    pub signed_out: &'static str,
    pub origin_refused: &'static str,
    pub handshake_refused: &'static str,
}

impl ClosedPhrases {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: ClosedPhrases = ClosedPhrases {
    server_closed: "The server ended the connection.",
    server_restarts: "The server is restarting.",
    server_busy: "The server is busy.",
    put_off: |code| match code {
        ErrorCode::StorageFull => {
            "The server's disk is full. Your messages wait here, and are sent once there is space."
        }
        _ => {
            "The server cannot store messages right now. Your messages wait here, and are sent as soon as it can."
        }
    },
    too_slow: "This device could not keep up and picks up where it left off.",
    too_much: "Too much was sent at once.",
    banned: "You have been banned from this server.",
    deactivated: "Your account on this server has been closed.",
    taken_over: "A newer connection of this tab took over.",
    signed_out: "The session has ended.",
    origin_refused: "The server does not accept pages from this address. Open the chat at its public address, or ask the person who runs the server.",
    handshake_refused: "The server refused the connection.",
};

static KOREAN: ClosedPhrases = ClosedPhrases {
    server_closed: "서버가 연결을 종료했어요.",
    server_restarts: "서버를 다시 시작하고 있어요.",
    server_busy: "서버가 바빠요.",
    put_off: |code| match code {
        ErrorCode::StorageFull => {
            "서버의 디스크가 가득 찼어요. 쓴 내용은 여기에 두었다가 공간이 생기면 보내요."
        }
        _ => "서버가 지금 메시지를 저장하지 못해요. 쓴 내용은 여기에 두었다가 저장할 수 있게 되면 보내요.",
    },
    too_slow: "이 기기가 따라가지 못해 멈춘 곳부터 다시 받아요.",
    too_much: "한꺼번에 너무 많이 보냈어요.",
    banned: "이 서버에서 차단되었어요.",
    deactivated: "이 서버의 계정이 비활성화되었어요.",
    taken_over: "이 탭의 새 연결이 이어받았어요.",
    signed_out: "로그아웃되었어요.",
    origin_refused: "이 주소의 페이지는 서버가 허용하지 않아요. 공개된 주소로 열거나 서버를 운영하는 분에게 물어보세요.",
    handshake_refused: "서버가 연결을 거절했어요.",
};
