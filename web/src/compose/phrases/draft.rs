//! Drafts that cannot be sent, and discarded edits.

use crate::language::Language;

pub struct DraftPhrases {
    pub no_room_yet: &'static str,
    pub room_closed: &'static str,
    pub changed_meanwhile: &'static str,
    pub replace_it: &'static str,
    pub take_theirs: &'static str,
    pub gone_meanwhile: &'static str,
    pub as_message: &'static str,
    pub drop_edit: &'static str,
    pub drop_edit_means: &'static str,
    pub keep_editing: &'static str,
    pub drop_changes: &'static str,
}

impl DraftPhrases {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: DraftPhrases = DraftPhrases {
    no_room_yet: "The chat is still connecting, so no room is open yet. Your text is kept.",
    room_closed: "This room no longer accepts messages. Your text is kept.",
    changed_meanwhile: "The message has changed since:",
    replace_it: "The message has changed since. Send again to replace its new text.",
    take_theirs: "Use the new text",
    gone_meanwhile: "The message has been deleted. Your text is kept.",
    as_message: "Turn it into a new message",
    drop_edit: "Discard your changes?",
    drop_edit_means: "Your changes to this message have not been sent.",
    keep_editing: "Keep editing",
    drop_changes: "Discard",
};

static KOREAN: DraftPhrases = DraftPhrases {
    no_room_yet: "아직 연결 중이라 열린 채팅방이 없어요. 쓰던 글은 그대로 남아 있어요.",
    room_closed: "이 채팅방에는 더 이상 쓸 수 없어요. 쓰던 글은 그대로 남아 있어요.",
    changed_meanwhile: "그사이 메시지가 바뀌었어요:",
    replace_it: "그사이 메시지가 바뀌었어요. 한 번 더 보내면 바뀐 내용을 덮어써요.",
    take_theirs: "바뀐 내용 쓰기",
    gone_meanwhile: "그사이 메시지가 삭제되었어요. 쓰던 글은 그대로 남아 있어요.",
    as_message: "새 메시지로 쓰기",
    drop_edit: "수정하던 내용을 버릴까요?",
    drop_edit_means: "이 메시지에서 수정한 내용은 아직 보내지 않았어요.",
    keep_editing: "계속 수정하기",
    drop_changes: "버리기",
};
