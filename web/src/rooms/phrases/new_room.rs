//! The form that creates or changes a room.

use crate::language::{Language, code_point};
use steadfast_shared::TextError;

pub struct NewRoomPhrases {
    pub name: &'static str,
    pub name_hint: &'static str,
    pub topic: &'static str,
    pub topic_hint: &'static str,
    pub refused: fn(TextError) -> String,
    pub who: &'static str,
    pub is_public: &'static str,
    pub public_means: &'static str,
    pub is_private: &'static str,
    pub private_means: &'static str,
    pub create: &'static str,
}

impl NewRoomPhrases {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: NewRoomPhrases = NewRoomPhrases {
    name: "Name",
    name_hint: "Short and to the point, such as “design” or “lunch”.",
    topic: "Description",
    topic_hint: "What the room is for. Optional.",
    refused: |error| match error {
        TextError::Empty => "Please give the room a name.".into(),
        TextError::TooLong { limit } => format!("Use at most {limit} characters."),
        TextError::Forbidden {
            character, column, ..
        } => format!(
            "Character {column} ({}) is not allowed. Please delete it.",
            code_point(character)
        ),
        TextError::NotOneEmoji => String::new(),
    },
    who: "Who can join",
    is_public: "Everyone",
    public_means: "Everyone on this server can find and join it.",
    is_private: "By invitation",
    private_means: "Only invited people know that it exists.",
    create: "Create",
};

static KOREAN: NewRoomPhrases = NewRoomPhrases {
    name: "이름",
    name_hint: "‘디자인’, ‘점심’처럼 짧고 알기 쉽게 지어 주세요.",
    topic: "설명",
    topic_hint: "무엇을 위한 채팅방인지 적어 주세요. 비워 두어도 돼요.",
    refused: |error| match error {
        TextError::Empty => "채팅방 이름을 지어 주세요.".into(),
        TextError::TooLong { limit } => format!("최대 {limit}자까지 쓸 수 있어요."),
        TextError::Forbidden {
            character, column, ..
        } => format!(
            "{column}번째 문자({})는 쓸 수 없어요. 지워 주세요.",
            code_point(character)
        ),
        TextError::NotOneEmoji => String::new(),
    },
    who: "들어올 수 있는 사람",
    is_public: "누구나",
    public_means: "이 서버의 누구나 찾아서 들어올 수 있어요.",
    is_private: "초대받은 사람",
    private_means: "초대받은 사람만 이 채팅방이 있다는 것을 알 수 있어요.",
    create: "만들기",
};
