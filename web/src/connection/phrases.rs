//! The connection bar.

use crate::language::Language;

pub struct ConnectionPhrases {
    pub connected: &'static str,
    pub connecting: &'static str,
    pub reconnecting: &'static str,
    pub waiting: &'static str,
    pub retry_in: fn(u64) -> String,
    pub retry_now: &'static str,
    pub disconnected: &'static str,
    pub connect: &'static str,
    pub disconnect: &'static str,
    pub unsent: fn(usize) -> String,
    pub by_you: &'static str,
    pub by_you_unkept: &'static str,
    pub quota_near: fn(u64, &str) -> String,
    pub disk_low: &'static str,
    pub nothing_is_kept: &'static str,
    pub storage_fails: &'static str,
    pub link: &'static str,
}

impl ConnectionPhrases {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: ConnectionPhrases = ConnectionPhrases {
    connected: "Connected",
    connecting: "Connecting…",
    reconnecting: "Reconnecting…",
    waiting: "No connection",
    retry_in: |seconds| format!("Next try in {seconds} s"),
    retry_now: "Retry now",
    disconnected: "Disconnected",
    connect: "Connect",
    disconnect: "Disconnect",
    unsent: |n| {
        if n == 1 {
            "1 message waiting".into()
        } else {
            format!("{n} messages waiting")
        }
    },
    by_you: "Your messages are kept, and sent when you connect.",
    by_you_unkept: "Your messages are sent when you connect, if this page stays open.",
    quota_near: |percent, until| {
        format!("You have used {percent}% of what one person may write per day. The count resets at {until}.")
    },
    disk_low: "The server's disk is nearly full. Free some space, or no more messages can be sent.",
    nothing_is_kept: "This browser does not let the page store anything, perhaps because this is a private window. \
                      You can chat, but unsent messages are lost when you close or reload the page.",
    storage_fails: "This device cannot save right now. Messages are still sent, but unsent ones would be lost on a reload.",
    link: "Connection",
};

static KOREAN: ConnectionPhrases = ConnectionPhrases {
    connected: "연결됨",
    connecting: "연결하는 중…",
    reconnecting: "다시 연결하는 중…",
    waiting: "연결 끊김",
    retry_in: |seconds| format!("{seconds}초 뒤 다시 시도"),
    retry_now: "지금 다시 시도",
    disconnected: "연결 해제됨",
    connect: "연결",
    disconnect: "연결 해제",
    unsent: |n| format!("보내기 대기 {n}개"),
    by_you: "쓴 메시지는 보관했다가 연결되면 보내요.",
    by_you_unkept: "이 페이지를 닫지 않으면, 쓴 메시지를 연결될 때 보내요.",
    quota_near: |percent, until| {
        format!("하루에 쓸 수 있는 양의 {percent}%를 썼어요. {until}에 다시 채워져요.")
    },
    disk_low: "서버의 디스크가 거의 찼어요. 공간을 비우지 않으면 더 보낼 수 없게 돼요.",
    nothing_is_kept: "이 브라우저에서는 데이터를 저장할 수 없어요. 비공개 창일 수 있어요. \
                      채팅은 할 수 있지만, 페이지를 닫거나 새로고침하면 보내지 못한 메시지가 사라져요.",
    storage_fails: "지금은 이 기기에 저장할 수 없어요. 메시지는 보내지만, 새로고침하면 보내지 못한 메시지가 사라져요.",
    link: "연결",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_has_a_singular_and_a_plural() {
        assert_eq!((ENGLISH.unsent)(1), "1 message waiting");
        assert_eq!((ENGLISH.unsent)(2), "2 messages waiting");
        assert_eq!((KOREAN.unsent)(2), "보내기 대기 2개");
    }
}
