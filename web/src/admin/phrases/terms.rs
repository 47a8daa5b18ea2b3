//! Names of roles, states, actions, limits and spans.

use crate::language::Language;
use crate::language::span::TimeSpan;
use steadfast_shared::admin::AccountState;
use steadfast_shared::admin::AuditAction;
use steadfast_shared::admin::LimitName;
use steadfast_shared::admin::Messages;
use steadfast_shared::admin::SignInOutcome;
use steadfast_shared::admin::Via;

pub struct AdminTerms {
    pub state: fn(AccountState) -> &'static str,
    pub messages_are: fn(Messages) -> &'static str,
    pub outcome: fn(SignInOutcome) -> &'static str,
    pub action: fn(AuditAction) -> &'static str,
    pub via: fn(Via) -> &'static str,
    pub limit: fn(LimitName) -> &'static str,
    pub span: fn(TimeSpan) -> &'static str,
}

impl AdminTerms {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: AdminTerms = AdminTerms {
    state: |state| match state {
        AccountState::Active => "Active",
        AccountState::Deactivated => "Closed",
        AccountState::Banned => "Banned",
    },
    messages_are: |messages| match messages {
        Messages::Kept => "shown",
        Messages::Hidden => "hidden",
        Messages::Erased => "erased",
    },
    outcome: |outcome| match outcome {
        SignInOutcome::SignedUp => "Signed up",
        SignInOutcome::SignedIn => "Signed in",
        SignInOutcome::WrongPassphrase => "Wrong passphrase",
        SignInOutcome::KeptOut => "Kept out",
        SignInOutcome::InviteRequired => "No valid invitation",
        SignInOutcome::Unknown => "Unknown to this version of the page",
    },
    action: |action| match action {
        AuditAction::SetRole => "Changed a role",
        AuditAction::ClaimedOwnership => "Became an owner by link",
        AuditAction::MadeOwnerLink => "Created an owner link",
        AuditAction::Banned => "Banned someone",
        AuditAction::Deactivated => "Closed an account",
        AuditAction::Readmitted => "Readmitted someone",
        AuditAction::HidMessages => "Hid someone’s messages",
        AuditAction::ShowedMessages => "Showed someone’s messages again",
        AuditAction::ErasedMessages => "Erased someone’s messages",
        AuditAction::DeletedMessage => "Deleted a message",
        AuditAction::SignedOut => "Signed someone out everywhere",
        AuditAction::SetLimit => "Changed a limit",
        AuditAction::SetPassphrase => "Set a passphrase",
        AuditAction::ChangedRoom => "Changed a room",
        AuditAction::DeletedRoom => "Deleted a room",
        AuditAction::ReleasedAddress => "Unblocked an address",
        AuditAction::SetRegistration => "Opened or closed registration",
        AuditAction::MadeInvite => "Created an invitation",
        AuditAction::TookInviteBack => "Revoked an invitation",
        AuditAction::Unknown => "Unknown to this version of the page",
    },
    via: |via| match via {
        Via::Session => "the page",
        Via::CommandLine => "the command line",
    },
    limit: |limit| match limit {
        LimitName::MessagesPerSecond => "Messages per second",
        LimitName::MessageBurst => "Messages at once",
        LimitName::EventsPerSecond => "Other requests per second",
        LimitName::EventBurst => "Other requests at once",
        LimitName::Rooms => "Rooms joined or created",
        LimitName::DirectPerHour => "New conversations per hour",
        LimitName::DirectUnanswered => "Unanswered conversations",
        LimitName::BroughtPerHour => "People invited per hour",
        LimitName::EntriesPerDay => "Messages per day (0: unlimited)",
        LimitName::BytesPerDay => "Bytes of text per day (0: unlimited)",
    },
    span: |span| match span {
        TimeSpan::Hour => "1 hour",
        TimeSpan::Day => "1 day",
        TimeSpan::Week => "7 days",
        TimeSpan::Month => "30 days",
        TimeSpan::Quarter => "90 days",
    },
};

static KOREAN: AdminTerms = AdminTerms {
    state: |state| match state {
        AccountState::Active => "활성",
        AccountState::Deactivated => "비활성",
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
        SignInOutcome::InviteRequired => "올바른 초대장 없음",
        SignInOutcome::Unknown => "이 페이지가 모르는 기록",
    },
    action: |action| match action {
        AuditAction::SetRole => "역할 변경",
        AuditAction::ClaimedOwnership => "링크로 소유자가 됨",
        AuditAction::MadeOwnerLink => "소유자 링크 만듦",
        AuditAction::Banned => "차단",
        AuditAction::Deactivated => "계정 비활성화",
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
        AuditAction::MadeInvite => "초대장 만듦",
        AuditAction::TookInviteBack => "초대장 취소",
        AuditAction::Unknown => "이 페이지가 모르는 작업",
    },
    via: |via| match via {
        Via::Session => "페이지",
        Via::CommandLine => "명령줄",
    },
    limit: |limit| match limit {
        LimitName::MessagesPerSecond => "초당 메시지",
        LimitName::MessageBurst => "한 번에 보내는 메시지",
        LimitName::EventsPerSecond => "초당 그 밖의 요청",
        LimitName::EventBurst => "한 번에 하는 그 밖의 요청",
        LimitName::Rooms => "들어가거나 만든 채팅방",
        LimitName::DirectPerHour => "시간당 새 대화",
        LimitName::DirectUnanswered => "답이 없는 대화",
        LimitName::BroughtPerHour => "시간당 초대한 사람",
        LimitName::EntriesPerDay => "하루 메시지 수 (0: 제한 없음)",
        LimitName::BytesPerDay => "하루 텍스트 바이트 수 (0: 제한 없음)",
    },
    span: |span| match span {
        TimeSpan::Hour => "1시간",
        TimeSpan::Day => "1일",
        TimeSpan::Week => "7일",
        TimeSpan::Month => "30일",
        TimeSpan::Quarter => "90일",
    },
};
