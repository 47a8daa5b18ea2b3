//! What is said about rooms.

use steadfast_shared::TextError;

use crate::language::code_point;

/// What is said about rooms.
#[expect(missing_docs, reason = "each phrase is its own explanation")]
pub struct Rooms {
    pub private: &'static str,
    pub archived: &'static str,
    pub members: fn(u64) -> String,
    pub and_more: fn(&str, usize) -> String,
    pub beginning_with: fn(&str) -> String,

    // Making one
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

    // Finding one
    pub search: &'static str,
    pub none_public: &'static str,
    pub join: fn(&str) -> String,
    pub join_short: &'static str,
    pub open: fn(&str) -> String,
    pub open_short: &'static str,
    pub show_more: &'static str,

    // What one can do with one
    pub menu: &'static str,
    pub change: &'static str,
    pub save: &'static str,
    pub archive: &'static str,
    pub archive_means: &'static str,
    pub reopen: &'static str,
    pub reopen_means: &'static str,
    pub invite: &'static str,
    pub leave: &'static str,
    pub leave_private: fn(&str) -> String,
    pub stay: &'static str,
    pub nothing_can_be_said: &'static str,
    pub out: fn(&str) -> String,
    pub deleted: fn(&str) -> String,
    pub understood: &'static str,

    // Choosing people
    pub find_people: &'static str,
    pub nobody_found: &'static str,
    pub chosen: fn(usize) -> String,
    pub too_many_people: fn(usize) -> String,
    pub begin: &'static str,
    pub invite_them: &'static str,
    pub invited: &'static str,

    // What went wrong
    pub not_connected: &'static str,
    pub no_answer: &'static str,
    pub too_many_rooms: &'static str,
    pub too_fast: &'static str,
}

pub(crate) static ENGLISH: Rooms = Rooms {
    private: "private",
    archived: "archived",
    members: |n| {
        if n == 1 {
            "1 person".into()
        } else {
            format!("{n} people")
        }
    },
    and_more: |names, more| format!("{names} and {more} more"),
    beginning_with: |names| format!("This is the beginning of your conversation with {names}."),

    name: "Name",
    name_hint: "Short and to the point, such as “design” or “lunch”.",
    topic: "Description",
    topic_hint: "What the room is for. May be left empty.",
    refused: |error| match error {
        TextError::Empty => "Please give the room a name.".into(),
        TextError::TooLong { limit } => format!("At most {limit} characters fit here."),
        TextError::Forbidden {
            character, column, ..
        } => format!(
            "Character {column} ({}) cannot be seen. Please delete it.",
            code_point(character)
        ),
        TextError::NotOneEmoji => String::new(),
    },
    who: "Who can join",
    is_public: "Everyone",
    public_means: "Everyone on this server can find and join it.",
    is_private: "By invitation",
    private_means: "Only those who are invited learn that it exists.",
    create: "Create",

    search: "Find a public room",
    none_public: "There is no public room like this.",
    join: |name| format!("Join {name}"),
    join_short: "Join",
    open: |name| format!("Open {name}"),
    open_short: "Open",
    show_more: "Show more",

    menu: "Room actions",
    change: "Name and description",
    save: "Save",
    archive: "Archive the room",
    archive_means: "Nothing more can be said in it. It stays readable, and can be reopened.",
    reopen: "Reopen the room",
    reopen_means: "Everyone in it can write again.",
    invite: "Invite people",
    leave: "Leave the room",
    leave_private: |name| {
        format!("{name} is private: only somebody who is in it can bring you back. Leave it all the same?")
    },
    stay: "Stay",
    nothing_can_be_said: "This room is archived. It can be read, but nothing more can be said in it.",
    out: |name| format!("You are no longer in {name}."),
    deleted: |name| format!("{name} was deleted, for everybody."),
    understood: "OK",

    find_people: "Find people by nickname",
    nobody_found: "Nobody found.",
    chosen: |n| format!("{n} chosen"),
    too_many_people: |n| format!("At most {n} people can be chosen."),
    begin: "Start the conversation",
    invite_them: "Invite",
    invited: "Invited",

    not_connected: "There is no connection at the moment. Please try again when it is back.",
    no_answer: "The server did not answer in time. Please look whether it was done before you try again.",
    too_many_rooms: "That is more than this server allows.",
    too_fast: "That was too much at once. Please wait a moment and try again.",
};

pub(crate) static KOREAN: Rooms = Rooms {
    private: "비공개",
    archived: "보관됨",
    members: |n| format!("{n}명"),
    and_more: |names, more| format!("{names} 외 {more}명"),
    beginning_with: |names| format!("{names} 님과 나누는 대화의 시작입니다."),

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
            "{column}번째 문자({})는 보이지 않는 문자예요. 지워 주세요.",
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

    search: "공개 채팅방 찾기",
    none_public: "그런 공개 채팅방이 없어요.",
    join: |name| format!("{name} 들어가기"),
    join_short: "들어가기",
    open: |name| format!("{name} 열기"),
    open_short: "열기",
    show_more: "더 보기",

    menu: "채팅방 메뉴",
    change: "이름과 설명",
    save: "저장",
    archive: "채팅방 보관하기",
    archive_means: "더는 메시지를 쓸 수 없어요. 읽을 수는 있고, 나중에 다시 열 수 있어요.",
    reopen: "채팅방 다시 열기",
    reopen_means: "모두 다시 메시지를 쓸 수 있어요.",
    invite: "사람 초대하기",
    leave: "채팅방 나가기",
    leave_private: |name| {
        format!(
            "비공개 채팅방({name})이라, 나가면 안에 있는 사람이 다시 초대해야 들어올 수 있어요. 나갈까요?"
        )
    },
    stay: "머무르기",
    nothing_can_be_said: "보관된 채팅방이에요. 읽을 수는 있지만 더는 메시지를 쓸 수 없어요.",
    out: |name| format!("이제 {name} 채팅방의 멤버가 아니에요."),
    deleted: |name| format!("{name} 채팅방이 모두에게서 삭제되었어요."),
    understood: "확인",

    find_people: "닉네임으로 사람 찾기",
    nobody_found: "찾은 사람이 없어요.",
    chosen: |n| format!("{n}명 선택함"),
    too_many_people: |n| format!("최대 {n}명까지 고를 수 있어요."),
    begin: "대화 시작",
    invite_them: "초대",
    invited: "초대했어요",

    not_connected: "지금은 연결되어 있지 않아요. 다시 연결되면 시도해 주세요.",
    no_answer: "서버가 제때 답하지 않았어요. 이미 처리되었는지 확인한 뒤 다시 시도해 주세요.",
    too_many_rooms: "이 서버에서 허용하는 수를 넘었어요.",
    too_fast: "한꺼번에 너무 많이 요청했어요. 잠시 뒤에 다시 시도해 주세요.",
};
