//! Korean.

use steadfast_shared::Role;
use steadfast_shared::admin::{AccountState, AuditAction, LimitName, Messages, SignInOutcome, Via};

use super::{Admin, Follows, Labels};
use crate::admin::section::Section;
use crate::admin::span::Span;

/// What is said about administration, in Korean.
pub static PHRASES: Admin = Admin {
    title: "서버 관리",
    sections: "서버 관리 메뉴",
    section: |section| match section {
        Section::People => "사람",
        Section::Connections => "접속 중",
        Section::SignIns => "로그인 기록",
        Section::Rooms => "채팅방",
        Section::Addresses => "막은 주소",
        Section::Audit => "감사 기록",
    },
    nothing: |section| match section {
        Section::People => "찾은 사람이 없어요.",
        Section::Connections => "접속 중인 사람이 없어요.",
        Section::SignIns => "아직 로그인 기록이 없어요.",
        Section::Rooms => "찾은 채팅방이 없어요.",
        Section::Addresses => "막아 둔 주소가 없어요.",
        Section::Audit => "아직 기록된 작업이 없어요.",
    },
    about: |name| format!("{name} 님 관련"),
    everybody: "모든 사람",
    back: "뒤로",
    refresh: "새로고침",
    loading: "불러오는 중…",
    find_people: "사람 찾기",
    find_rooms: "채팅방 찾기",
    any_state: "모든 상태",
    any_role: "모든 역할",
    no_more_to_see: "이제 볼 수 있는 권한이 없어요.",

    role: |role| match role {
        Role::Member => "멤버",
        Role::Moderator => "운영자",
        Role::Owner => "소유자",
    },
    role_means: |role| match role {
        Role::Member => "다른 사람들처럼 채팅해요.",
        Role::Moderator => "질서를 지켜요. 사람을 차단하고, 메시지를 숨기거나 삭제하고, 채팅방을 관리해요.",
        Role::Owner => "서버를 운영해요. 운영자가 하는 일에 더해 역할, 주소, 제한, 초대를 관리해요.",
    },
    state: |state| match state {
        AccountState::Active => "활성",
        AccountState::Deactivated => "닫힘",
        AccountState::Banned => "차단됨",
    },
    messages_are: |messages| match messages {
        Messages::Kept => "표시됨",
        Messages::Hidden => "숨김",
        Messages::Erased => "지워짐",
    },
    outcome: |outcome| match outcome {
        SignInOutcome::SignedUp => "가입",
        SignInOutcome::SignedIn => "로그인",
        SignInOutcome::WrongPassphrase => "틀린 암호",
        SignInOutcome::KeptOut => "차단되어 거절됨",
        SignInOutcome::InviteRequired => "올바른 초대 없음",
        SignInOutcome::Unknown => "이 페이지가 모르는 기록",
    },
    action: |action| match action {
        AuditAction::SetRole => "역할 변경",
        AuditAction::ClaimedOwnership => "링크로 소유자가 됨",
        AuditAction::MadeOwnerLink => "소유자 링크 만듦",
        AuditAction::Banned => "차단",
        AuditAction::Deactivated => "계정 닫음",
        AuditAction::Readmitted => "다시 허용",
        AuditAction::HidMessages => "메시지 숨김",
        AuditAction::ShowedMessages => "메시지 다시 표시",
        AuditAction::ErasedMessages => "메시지 모두 지움",
        AuditAction::DeletedMessage => "메시지 삭제",
        AuditAction::SignedOut => "모든 기기에서 로그아웃시킴",
        AuditAction::SetLimit => "제한 변경",
        AuditAction::SetPassphrase => "암호 설정",
        AuditAction::ChangedRoom => "채팅방 변경",
        AuditAction::DeletedRoom => "채팅방 삭제",
        AuditAction::ReleasedAddress => "주소 다시 허용",
        AuditAction::SetRegistration => "가입 열기 또는 닫기",
        AuditAction::MadeInvite => "초대 만듦",
        AuditAction::TookInviteBack => "초대 취소",
        AuditAction::Unknown => "이 페이지가 모르는 작업",
    },
    via: |via| match via {
        Via::Session => "페이지",
        Via::CommandLine => "명령줄",
    },
    limit: |limit| match limit {
        LimitName::MessagesPerSecond => "초당 메시지",
        LimitName::MessageBurst => "한 번에 보내는 메시지",
        LimitName::EventsPerSecond => "초당 다른 요청",
        LimitName::EventBurst => "한 번에 하는 다른 요청",
        LimitName::Rooms => "들어가거나 만든 채팅방",
        LimitName::DirectPerHour => "시간당 새 대화",
        LimitName::DirectUnanswered => "답이 없는 대화",
        LimitName::BroughtPerHour => "시간당 초대한 사람",
    },
    span: |span| match span {
        Span::Hour => "1시간",
        Span::Day => "1일",
        Span::Week => "7일",
        Span::Month => "30일",
        Span::Quarter => "90일",
    },

    label: Labels {
        signed_up: "가입",
        last_seen: "마지막 접속",
        never: "없음",
        devices: "기기",
        passphrase: "암호",
        rooms: "채팅방",
        messages_written: "쓴 메시지",
        their_messages: "메시지",
        reason: "이유",
        until: "기한",
        until_let_in: "다시 허용할 때까지",
        since: "시작",
        by: "처리한 사람",
        device: "기기",
        address: "주소",
        transport: "전송 방식",
        availability: "접속 상태",
        when: "시각",
        whom: "대상",
        detail: "내용",
        because_of: "원인",
        members: "참여자",
        entries: "기록",
        made: "만든 때",
        made_by: "만든 사람",
        active: "마지막 메시지",
        role: "역할",
        state: "상태",
    },

    details_of: |name| format!("{name} 님 자세히 보기"),
    devices: "기기",
    connections: "지금 접속",
    newest_sign_ins: "최근 로그인",
    every_sign_in: "로그인 기록 모두 보기",
    audit_about: "이 사람에 대한 감사 기록",
    you_cannot: "나보다 낮은 역할이 아니어서 볼 수만 있어요.",

    cancel: "취소",
    this_will: "이렇게 돼요",
    exclude: "내보내기…",
    exclude_question: |name| format!("{name} 님을 내보낼까요?"),
    in_which_way: "방법",
    ban: "차단",
    ban_means: "해를 끼친 사람에게 써요.",
    deactivate: "계정 닫기",
    deactivate_means: "잘못이 없어도 써요. 떠난 사람의 계정이에요.",
    how_long: "기간",
    until_let_in: "다시 허용할 때까지",
    reason: "이유",
    reason_hint: "다른 운영자와 감사 기록에만 남아요. 본인에게는 보이지 않아요.",
    reason_too_long: |limit| format!("최대 {limit}자까지 쓸 수 있어요."),
    addresses: "이 사람이 쓰던 주소의 새 가입",
    not_at_all: "막지 않기",
    their_messages: "이 사람의 메시지",
    messages_choice: |messages| match messages {
        Messages::Kept => "그대로 두기",
        Messages::Hidden => "숨기기",
        Messages::Erased => "모두 지우기",
    },
    messages_mean: |messages| match messages {
        Messages::Kept => "모두가 읽을 수 있어요.",
        Messages::Hidden => "다시 표시할 때까지 아무도 볼 수 없어요.",
        Messages::Erased => "모두에게서 영구히 삭제돼요.",
    },
    excluded: |name, state| match state {
        AccountState::Deactivated => format!("{name} 님의 계정을 닫았어요."),
        AccountState::Active | AccountState::Banned => format!("{name} 님을 차단했어요."),
    },

    readmit: "다시 허용",
    readmit_question: |name| format!("{name} 님을 다시 허용할까요?"),
    readmit_means: |name| {
        format!("{name} 님이 바로 다시 로그인할 수 있어요. 메시지는 숨긴 것도 지금 그대로예요.")
    },
    readmitted: |name| format!("{name} 님이 다시 로그인할 수 있어요."),

    messages: "메시지…",
    messages_question: |name| format!("{name} 님의 메시지를 어떻게 할까요?"),
    messages_done: |name, messages| match messages {
        Messages::Kept => format!("{name} 님의 메시지를 표시해요."),
        Messages::Hidden => format!("{name} 님의 메시지를 숨겼어요."),
        Messages::Erased => format!("{name} 님의 메시지를 모두 지웠어요."),
    },
    do_it: "적용",

    sign_out: "모든 기기에서 로그아웃",
    sign_out_question: |name| format!("{name} 님을 모든 기기에서 로그아웃시킬까요?"),
    sign_out_means: |name| format!("{name} 님의 모든 기기가 바로 로그아웃돼요. 다시 로그인할 수 있어요."),
    sign_out_without_passphrase: |name| format!("{name} 님은 암호가 없어서 다시 로그인할 수 없어요."),
    signed_out: |name, devices| match devices {
        0 => format!("{name} 님이 로그인한 기기가 없었어요."),
        n => format!("{name} 님을 기기 {n}대에서 로그아웃시켰어요."),
    },

    change_role: "역할…",
    role_question: |name| format!("{name} 님의 역할"),
    give_up_mine: "서버 넘겨주기",
    give_up_means: "나는 소유자에서 물러나 멤버가 돼요.",
    own_role_means: "나의 역할이에요. 이 권한을 바로 잃고, 다른 소유자만 되돌려줄 수 있어요.",
    role_done: |name, role| match role {
        Role::Member => format!("{name} 님은 이제 멤버예요."),
        Role::Moderator => format!("{name} 님은 이제 운영자예요."),
        Role::Owner => format!("{name} 님은 이제 소유자예요."),
    },
    handed_over: |name| format!("이제 {name} 님이 서버의 소유자예요."),

    limits: "제한…",
    limits_question: |name| format!("{name} 님의 제한"),
    limits_hint: "비워 두면 모두와 같아요.",
    limit_not_a_number: "숫자를 쓰거나 비워 두세요.",
    limits_done: |name| format!("{name} 님의 제한을 저장했어요."),

    release: "다시 허용",
    release_question: |address| format!("{address} 주소를 다시 허용할까요?"),
    release_means: "이 주소에서 새로 가입할 수 있게 돼요.",
    released: |address| format!("{address} 주소에서 다시 가입할 수 있어요."),

    change_room: "이름 변경…",
    room_changed: |name| format!("{name} 채팅방을 변경했어요."),
    archive_question: |name| format!("{name} 채팅방을 보관할까요?"),
    reopen_question: |name| format!("{name} 채팅방을 다시 열까요?"),
    delete_room: "삭제…",
    delete_room_question: |name| format!("{name} 채팅방을 삭제할까요?"),
    delete_room_means: |people, entries| {
        format!("참여자 {people}명이 나가게 되고, 기록 {entries}개가 지워져요.")
    },
    delete_room_for_good: "아무도 되돌릴 수 없어요.",
    room_deleted: |name| format!("{name} 채팅방을 삭제했어요."),

    owner_link: "소유자 링크",
    owner_link_means: "이 링크를 처음 연 사람이 나와 함께 서버의 소유자가 돼요. 다른 사람에게는 주지 마세요.",
    owner_link_once: "이 링크는 한 번만 보여 드리고, 한 번만 쓸 수 있어요.",
    make_owner_link: "소유자 링크 만들기…",

    follows: Follows {
        signed_out: "모든 기기가 바로 로그아웃되고, 아직 보내지 못한 메시지는 거절돼요.",
        name_kept: "채팅방에는 그대로 남고, 다른 사람이 이 닉네임을 쓸 수 없어요.",
        for_span: |span| format!("{span} 뒤에 저절로 끝나요."),
        until_let_in: "누군가 다시 허용할 때까지 계속돼요.",
        told: |state| match state {
            AccountState::Deactivated => "본인에게 계정이 닫혔다고 알려요.",
            AccountState::Active | AccountState::Banned => "본인에게 차단되었다고 알려요.",
        },
        address_held: |span| {
            format!(
                "{span} 동안 이 사람이 접속한 주소에서는 새로 가입할 수 없어요. 계정이 있는 사람은 로그인할 수 있어요."
            )
        },
        messages: |messages| match messages {
            Messages::Kept => "쓴 메시지는 그대로 남아 읽을 수 있어요.",
            Messages::Hidden => "지금까지 쓴 메시지를 모두에게서 숨겨요. 다시 표시할 수 있어요.",
            Messages::Erased => "지금까지 쓴 메시지를 모두에게서 지워요. 되돌릴 수 없어요.",
        },
    },

    claim: "이 서버의 소유자 되기",
    claim_means: "이 링크로 소유자가 될 수 있어요. 누가 들어오고, 누가 질서를 지키고, 무엇을 남길지 정해요. 한 번만 쓸 수 있어요.",
    claim_not_now: "나중에",
    claimed: "이제 이 서버의 소유자예요.",
    claim_first_join: "이 링크로 서버의 소유자가 될 수 있어요. 닉네임을 정하거나 로그인해 주세요.",
    no_good_link: "올바르지 않거나 이미 사용한 소유자 링크예요. 링크 없이 계속하거나 새 링크를 만들 수 있어요: steadfast admin owner-link",
    no_owner: "아직 이 서버의 소유자가 없어요. 소유자가 되는 링크는 서버 로그에 있고, steadfast admin owner-link로 새로 만들 수 있어요.",

    erased_for_good: "지운 것은 되돌릴 수 없어요.",
    not_allowed: "나보다 낮은 역할이 아닌 사람에게는 할 수 없어요.",
};
