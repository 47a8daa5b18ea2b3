//! Links that make a person an owner.

use crate::language::Language;

pub struct OwnerLinkPhrases {
    pub owner_link: &'static str,
    pub owner_link_means: &'static str,
    pub owner_link_once: &'static str,
    pub make_owner_link: &'static str,
    pub claim: &'static str,
    pub claim_means: &'static str,
    pub claim_not_now: &'static str,
    pub claimed: &'static str,
    pub claim_first_join: &'static str,
    pub no_good_link: &'static str,
    pub no_owner: &'static str,
}

impl OwnerLinkPhrases {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: OwnerLinkPhrases = OwnerLinkPhrases {
    owner_link: "Owner link",
    owner_link_means: "The first person to use it owns this server, beside you. Share it with no one else.",
    owner_link_once: "This link is shown once, and works once.",
    make_owner_link: "Create an owner link…",
    claim: "Become owner of this server",
    claim_means: "This link makes you an owner: you decide who can join, who moderates, and what is kept. It works once.",
    claim_not_now: "Not now",
    claimed: "You own this server now.",
    claim_first_join: "This link makes you the owner of this server. Choose a nickname, or sign in, to use it.",
    no_good_link: "This owner link is invalid, or was already used. Continue without it, or create a new one: steadfast admin owner-link",
    no_owner: "This server has no owner yet. Its log contains a link that makes you the owner; steadfast admin owner-link prints another one.",
};

static KOREAN: OwnerLinkPhrases = OwnerLinkPhrases {
    owner_link: "소유자 링크",
    owner_link_means: "이 링크를 처음 연 사람이 나와 함께 서버의 소유자가 돼요. 다른 사람에게는 주지 마세요.",
    owner_link_once: "이 링크는 한 번만 보여 드리고, 한 번만 쓸 수 있어요.",
    make_owner_link: "소유자 링크 만들기…",
    claim: "이 서버의 소유자 되기",
    claim_means: "이 링크로 소유자가 될 수 있어요. 소유자는 누가 들어올지, 누가 운영자가 될지, 무엇을 남길지 정해요. 링크는 한 번만 쓸 수 있어요.",
    claim_not_now: "나중에",
    claimed: "이제 이 서버의 소유자예요.",
    claim_first_join: "이 링크로 서버의 소유자가 될 수 있어요. 닉네임을 정하거나 로그인해 주세요.",
    no_good_link: "올바르지 않거나 이미 사용한 소유자 링크예요. 링크 없이 계속하거나 새 링크를 만들 수 있어요: steadfast admin owner-link",
    no_owner: "아직 이 서버의 소유자가 없어요. 소유자가 되는 링크는 서버 로그에 있고, steadfast admin owner-link로 새로 만들 수 있어요.",
};
