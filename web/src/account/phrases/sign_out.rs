//! Signing out while something is unsent.

use crate::language::Language;

pub struct SignOutPhrases {
    pub unsent: fn(usize, usize) -> String,
    pub sign_out_question: &'static str,
    pub sign_out_deletes: &'static str,
    pub copy_them: &'static str,
    pub stay: &'static str,
    pub delete_and_sign_out: &'static str,
    pub you_are_signed_out: &'static str,
    pub unreadable: fn(usize) -> String,
    pub still_signed_in: &'static str,
    pub sign_out_here_question: &'static str,
    pub sign_out_here_means: &'static str,
    pub sign_out_here: &'static str,
    pub sign_out_overdue: &'static str,
    pub left: fn(&str, &str) -> String,
    pub delete_left: &'static str,
    pub delete_left_question: &'static str,
    pub delete_left_means: fn(&str) -> String,
    pub delete_and_join: &'static str,
}

impl SignOutPhrases {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: SignOutPhrases = SignOutPhrases {
    unsent: |messages, drafts| {
        let messages_are = match messages {
            0 => None,
            1 => Some("1 unsent message".to_owned()),
            n => Some(format!("{n} unsent messages")),
        };
        let drafts_are = match drafts {
            0 => None,
            1 => Some("1 draft".to_owned()),
            n => Some(format!("{n} drafts")),
        };
        let parts: Vec<String> = messages_are.into_iter().chain(drafts_are).collect();
        parts.join(" and ")
    },
    sign_out_question: "Sign out and delete unsent messages?",
    sign_out_deletes: "Signing out removes everything of yours from this device. You would lose:",
    copy_them: "Copy them",
    stay: "Stay signed in",
    delete_and_sign_out: "Delete and sign out",
    you_are_signed_out: "You are signed out on this device.",
    unreadable: |count| {
        let what = if count == 1 {
            "Something you wrote".to_owned()
        } else {
            format!("{count} things you wrote")
        };
        format!(
            "{what} could not be sent: another version of this page stored it, and this one cannot read it."
        )
    },
    still_signed_in: "You are still signed in: the server could not be reached, and this browser cannot remember to end the session later. Try again once you are connected.",
    sign_out_here_question: "Sign out on this device now?",
    sign_out_here_means: "The server cannot be reached. Everything of yours is deleted from this device at once, and nobody can use this device as you. The server still counts this device as signed in until this browser reaches it again, or until you sign it out in the settings on another device.",
    sign_out_here: "Delete and sign out",
    sign_out_overdue: "The server has not been reached yet, so it still counts this device as signed in. This page ends that as soon as it can, before anyone else joins.",
    left: |names, unsent| {
        format!("Left unsent on this device by {names}: {unsent}. Sign in as {names} to keep it.")
    },
    delete_left: "Delete",
    delete_left_question: "Delete unsent messages?",
    delete_left_means: |unsent| format!("This deletes {unsent} from this device. It cannot be undone."),
    delete_and_join: "Delete and join",
};

static KOREAN: SignOutPhrases = SignOutPhrases {
    unsent: |messages, drafts| {
        let messages_are = (messages > 0).then(|| format!("보내지 않은 메시지 {messages}개"));
        let drafts_are = (drafts > 0).then(|| format!("쓰던 글 {drafts}개"));
        let parts: Vec<String> = messages_are.into_iter().chain(drafts_are).collect();
        parts.join(", ")
    },
    sign_out_question: "보내지 않은 글을 지우고 로그아웃할까요?",
    sign_out_deletes: "로그아웃하면 이 기기에 내 글이 하나도 남지 않아요. 지워지는 글:",
    copy_them: "복사하기",
    stay: "로그인 유지",
    delete_and_sign_out: "지우고 로그아웃",
    you_are_signed_out: "이 기기에서 로그아웃되었어요.",
    unreadable: |count| {
        format!(
            "쓴 글 {count}개를 보내지 못했어요. 다른 버전의 페이지가 저장해서 지금 버전은 읽을 수 없어요."
        )
    },
    still_signed_in: "아직 로그인되어 있어요. 서버에 연결할 수 없고, 이 브라우저는 나중에 로그아웃하도록 기억해 둘 수 없어요. 연결되면 다시 시도해 주세요.",
    sign_out_here_question: "이 기기에서 지금 로그아웃할까요?",
    sign_out_here_means: "서버에 연결할 수 없어요. 이 기기에 있는 내 정보는 바로 모두 지워지고, 여기에서 내 이름으로 들어갈 수 없게 돼요. 이 브라우저가 서버에 다시 연결되거나 다른 기기의 설정에서 이 기기를 로그아웃시킬 때까지, 서버에는 이 기기가 로그인된 것으로 남아 있어요.",
    sign_out_here: "지우고 로그아웃",
    sign_out_overdue: "아직 서버에 연결하지 못해서, 서버에는 이 기기가 로그인된 것으로 남아 있어요. 연결되는 대로 다른 사람이 들어오기 전에 먼저 로그아웃돼요.",
    left: |names, unsent| {
        format!(
            "{names} 님의 글이 이 기기에 남아 있어요: {unsent}. 쓴 사람으로 로그인하면 이어서 쓸 수 있어요."
        )
    },
    delete_left: "지우기",
    delete_left_question: "보내지 않은 글을 지울까요?",
    delete_left_means: |unsent| format!("이 기기에서 지우면 되돌릴 수 없어요: {unsent}."),
    delete_and_join: "지우고 들어가기",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unsent_words_are_counted_in_words() {
        assert_eq!((ENGLISH.unsent)(1, 0), "1 unsent message");
        assert_eq!((ENGLISH.unsent)(2, 1), "2 unsent messages and 1 draft");
        assert_eq!((ENGLISH.unsent)(0, 3), "3 drafts");
        assert_eq!((KOREAN.unsent)(2, 1), "보내지 않은 메시지 2개, 쓰던 글 1개");
    }
}
