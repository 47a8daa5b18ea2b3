//! The composer.

mod draft;

pub use draft::DraftPhrases;

use crate::language::{Language, code_point};
use steadfast_client::Refusal;
use steadfast_shared::TextError;

pub struct ComposePhrases {
    pub write_to: fn(&str) -> String,
    pub send: &'static str,
    pub keys: &'static str,
    pub message_refused: fn(TextError) -> String,
    pub bytes_over: fn(usize) -> String,
    pub help: &'static str,
    pub keyboard: &'static str,
    pub marks: &'static str,
    pub break_the_line: &'static str,
    pub refusal: fn(Refusal) -> &'static str,
    pub edit_message: &'static str,
    pub send_again: &'static str,
    pub replying: fn(&str) -> String,
    pub edit_last: &'static str,
    pub mention: &'static str,
    pub emoji: &'static str,
    pub suggestions: &'static str,
    pub text_only: &'static str,
    pub erased: &'static str,
    pub replies_to_some: &'static str,
}

impl ComposePhrases {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: ComposePhrases = ComposePhrases {
    write_to: |room| format!("Write to {room}"),
    send: "Send",
    keys: "Enter to send, Shift+Enter for a new line",
    message_refused: |error| match error {
        TextError::Empty => "This message has no visible text.".into(),
        TextError::TooLong { .. } => "This message is too long.".into(),
        TextError::Forbidden {
            character,
            line,
            column,
        } => format!(
            "Character {column} of line {line} ({}) is not allowed. Please delete it.",
            code_point(character)
        ),
        TextError::NotOneEmoji => String::new(),
    },
    bytes_over: |n| format!("Too long by {n} bytes"),
    help: "Formatting",
    keyboard: "Keyboard",
    marks: "What you type, and what others see",
    break_the_line: "New line",
    refusal: |refusal| match refusal {
        Refusal::NotSignedIn => "Please sign in first.",
        Refusal::OutboxFull => "Too many messages are waiting to be sent. Connect first.",
        Refusal::MaybeSent => "This message may already have been sent.",
        Refusal::NotWaiting => "This message is no longer waiting to be sent.",
        Refusal::IdTaken => "Please try again.",
        Refusal::OtherEpoch => "The message this changes is gone.",
        Refusal::NoText => "This message has no text to edit.",
    },
    edit_message: "Edit the message",
    send_again: "Send",
    replying: |name| format!("Replying to {name}"),
    edit_last: "Edit your last message, if the field is empty",
    mention: "Mention someone",
    emoji: "Emoji",
    suggestions: "Suggestions",
    text_only: "Only text can be sent here, not images or files.",
    erased: "This message was deleted.",
    replies_to_some: "Reply to an older message",
};

static KOREAN: ComposePhrases = ComposePhrases {
    write_to: |room| format!("{room}에 메시지 쓰기"),
    send: "보내기",
    keys: "Enter로 보내기, Shift+Enter로 줄바꿈",
    message_refused: |error| match error {
        TextError::Empty => "메시지에 보이는 내용이 없어요.".into(),
        TextError::TooLong { .. } => "메시지가 너무 길어요.".into(),
        TextError::Forbidden {
            character,
            line,
            column,
        } => format!(
            "{line}번째 줄의 {column}번째 문자({})는 보낼 수 없어요. 지워 주세요.",
            code_point(character)
        ),
        TextError::NotOneEmoji => String::new(),
    },
    bytes_over: |n| format!("{n}바이트 초과"),
    help: "서식",
    keyboard: "키보드",
    marks: "입력하는 글과 보이는 모습",
    break_the_line: "줄바꿈",
    refusal: |refusal| match refusal {
        Refusal::NotSignedIn => "먼저 로그인해 주세요.",
        Refusal::OutboxFull => "보내기를 기다리는 메시지가 너무 많아요. 먼저 연결해 주세요.",
        Refusal::MaybeSent => "이미 전송 중일 수 있는 메시지예요.",
        Refusal::NotWaiting => "더 이상 보내기를 기다리지 않는 메시지예요.",
        Refusal::IdTaken => "한 번 더 시도해 주세요.",
        Refusal::OtherEpoch => "바꾸려던 메시지가 더 이상 없어요.",
        Refusal::NoText => "수정할 글이 없어요.",
    },
    edit_message: "메시지 수정",
    send_again: "보내기",
    replying: |name| format!("{name} 님에게 답장"),
    edit_last: "빈 입력창에서 마지막 메시지 수정",
    mention: "사람 부르기",
    emoji: "이모지",
    suggestions: "추천",
    text_only: "텍스트만 보낼 수 있어요. 이미지나 파일은 보낼 수 없어요.",
    erased: "삭제된 메시지예요.",
    replies_to_some: "이전 메시지에 보낸 답장",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fault_a_character_that_cannot_be_sent_is_said_with_its_place() {
        use steadfast_shared::MessageText;
        let refused = MessageText::parse("안녕\n하세요 \u{7}").unwrap_err();
        assert_eq!(
            (ENGLISH.message_refused)(refused),
            "Character 5 of line 2 (U+0007) is not allowed. Please delete it."
        );
        assert_eq!(
            (KOREAN.message_refused)(refused),
            "2번째 줄의 5번째 문자(U+0007)는 보낼 수 없어요. 지워 주세요."
        );
    }
}
