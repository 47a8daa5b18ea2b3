//! Korean.

use steadfast_client::Refusal;
use steadfast_client::link::WebSocketFailure;
use steadfast_shared::{ErrorCode, TextError};

use crate::lab::phrases;
use crate::language::{Phrases, code_point};

pub(crate) static PHRASES: Phrases = Phrases {
    welcome: "반갑습니다",
    promise: "‘저장됨’으로 표시된 메시지는 사라지지 않아요. 한 번만 저장되고, 한 번만, 모두에게 같은 순서로 보입니다.",
    nickname: "닉네임",
    nickname_hint: "다른 사람에게 이 이름으로 보여요.",
    join: "채팅 시작하기",
    joining: "들어가는 중…",
    go_back: "돌아가기",
    nickname_refused: |error| match error {
        TextError::Empty => "닉네임을 입력해 주세요.".into(),
        TextError::TooLong { limit } => format!("닉네임은 최대 {limit}자까지 쓸 수 있어요."),
        TextError::Forbidden {
            character, column, ..
        } => format!(
            "닉네임의 {column}번째 문자({})는 보이지 않는 문자예요. 지워 주세요.",
            code_point(character)
        ),
        TextError::NotOneEmoji => String::new(),
    },
    server_unreachable: "서버에 연결할 수 없어요. 인터넷 연결을 확인하고 다시 시도해 주세요.",
    server_refused: |why| format!("서버가 거절했어요: {why}"),
    nothing_is_kept: "이 브라우저에서는 데이터를 저장할 수 없어요. 비공개 창일 수 있습니다. \
                      채팅은 할 수 있지만, 페이지를 닫거나 새로고침하면 보내지 못한 메시지가 사라져요.",
    opening: "채팅을 여는 중…",

    rooms: "채팅방",
    online: "접속 중",
    online_count: |n| format!("{n}명 접속 중"),
    you: "나",
    language_switch: |name| format!("언어 변경: {name}"),
    unread: |n| format!("읽지 않음 {n}개"),

    navigation: &crate::rooms::navigation_phrases::KOREAN,
    history: &crate::timeline::history_phrases::KOREAN,
    room: &crate::rooms::phrases::KOREAN,
    people: &crate::people::phrases::KOREAN,
    settings: &crate::account::settings_phrases::KOREAN,
    account: &crate::account::phrases::KOREAN,
    drafts: &crate::compose::phrases::KOREAN,
    admin: &crate::admin::phrases::KOREAN,
    privacy: &crate::people::privacy_phrases::KOREAN,

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
    by_you: "쓰신 메시지는 보관했다가 연결하면 보내요.",
    by_you_unkept: "이 페이지를 닫지 않으면 쓰신 메시지를 연결할 때 보내요.",
    link_lost: "연결이 끊어졌어요.",
    link_silent: "서버가 응답하지 않아요.",
    server_closed: "서버가 연결을 종료했어요.",
    server_restarts: "서버를 다시 시작하고 있어요.",
    server_busy: "서버가 바빠요.",
    put_off: |code| match code {
        ErrorCode::StorageFull => {
            "서버의 디스크가 가득 찼어요. 쓴 내용은 여기에 두었다가 공간이 생기면 보내요."
        }
        _ => "서버가 지금 메시지를 저장하지 못해요. 쓴 내용은 여기에 두었다가 저장할 수 있게 되면 보내요.",
    },
    quota_near: |percent, until| {
        format!("하루에 쓸 수 있는 양의 {percent}%를 썼어요. {until}에 다시 채워져요.")
    },
    disk_low: "서버의 디스크가 거의 찼어요. 공간을 비우지 않으면 더 보낼 수 없게 돼요.",
    too_slow: "이 기기가 따라가지 못해 멈춘 곳부터 다시 받아요.",
    too_much: "한꺼번에 너무 많이 보냈어요.",
    banned: "이 서버에서 차단되었어요.",
    deactivated: "이 서버의 계정이 닫혔어요.",
    taken_over: "이 탭의 새 연결이 이어받았어요.",
    signed_out: "로그인이 만료되었어요.",
    origin_refused: "이 주소의 페이지는 서버가 허용하지 않아요.",
    handshake_refused: "서버가 연결을 거절했어요.",

    messages_in: |room| format!("{room} 메시지"),
    loading_older: "이전 메시지를 불러오는 중…",
    beginning: |room| format!("{room} 채팅방의 시작입니다."),
    empty: "아직 아무 말도 없어요. 먼저 인사해 보세요!",
    new_messages: |n| format!("새 메시지 {n}개"),
    to_the_end: "최신 메시지로",
    today: "오늘",
    yesterday: "어제",
    unknown_entry: "이 메시지를 보려면 페이지를 새로고침해 주세요.",
    typing: |names| match names {
        [] => String::new(),
        [one] => format!("{one} 님이 입력하고 있어요…"),
        [one, two] => format!("{one} 님과 {two} 님이 입력하고 있어요…"),
        _ => "여러 명이 입력하고 있어요…".into(),
    },

    saving: "저장 중…",
    saved: "저장됨, 보내기 대기",
    sent: "보냄",
    not_sent: "보내지 못함",
    not_kept: "이 기기에 저장되지 않음",
    rejected: |code| match code {
        ErrorCode::Invalid => "서버가 이 메시지를 읽지 못했어요.",
        ErrorCode::TooLarge => "메시지가 너무 길어요.",
        ErrorCode::Conflict => "같은 식별자로 다른 메시지가 이미 전송되었어요.",
        ErrorCode::UnknownRoom => "들어갈 수 없는 채팅방이에요.",
        ErrorCode::Unauthorized => "보낼 때 로그인이 풀려 있었어요.",
        ErrorCode::NicknameTaken => "다른 분이 쓰는 닉네임이에요.",
        ErrorCode::RoomNameTaken => "같은 이름의 채팅방이 이미 있어요.",
        ErrorCode::UnknownMessage => "이 내용이 가리키는 메시지가 더는 없어요.",
        ErrorCode::Forbidden => "이 작업을 할 권한이 없어요.",
        ErrorCode::Archived => "보관된 채팅방이라 더는 쓸 수 없어요.",
        ErrorCode::WrongPassphrase => "이 닉네임의 암호가 아니에요.",
        ErrorCode::InviteRequired => "초대를 받아야 들어올 수 있는 서버예요.",
        ErrorCode::Banned => "이 서버에서 차단되었어요.",
        ErrorCode::Deactivated => "닫힌 계정이에요.",
        ErrorCode::Blocked => "상대방이 메시지를 받지 않거나, 내가 차단한 사람이에요.",
        ErrorCode::RoomDeleted => "삭제된 채팅방이에요.",
        ErrorCode::UnknownPerson => "없는 사람이에요.",
        ErrorCode::LastOwner => "서버에는 소유자가 있어야 해요. 먼저 다른 사람을 소유자로 정해 주세요.",
        ErrorCode::InvalidCode => "올바르지 않거나 이미 사용한 소유자 링크예요.",
        ErrorCode::OverQuota => {
            "하루에 쓸 수 있는 만큼 다 썼어요. 내일 다시 보내거나 서버를 운영하는 분에게 물어보세요."
        }
        ErrorCode::StorageFull => "서버의 디스크가 가득 찼어요.",
        ErrorCode::RateLimited => "짧은 시간에 너무 많은 메시지를 보냈어요.",
        ErrorCode::Busy | ErrorCode::Unavailable => "서버가 이 메시지를 받지 못했어요.",
        ErrorCode::Unknown => "서버가 이 메시지를 거절했어요.",
    },
    other_author: "다른 닉네임으로 쓴 메시지예요.",
    other_epoch: "서버가 새로 시작되기 전에 쓴 변경이에요. 바꾸려던 메시지가 더 이상 없어요.",
    retry: "다시 시도",
    edit: "수정",
    discard: "삭제",
    edit_message: "메시지 수정",
    send_again: "보내기",
    cancel: "취소",

    messages: &crate::timeline::phrases::KOREAN,
    message_tools: "메시지 메뉴",
    more: "더 보기",
    copy_text: "텍스트 복사",
    copied: "복사했어요.",
    not_copied: "이 브라우저에서는 복사할 수 없어요.",
    code: "코드",
    copy_code: "코드 복사",
    somebody: "알 수 없는 사람",

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
        Refusal::NoText => "고칠 글이 없어요.",
    },

    details: "자세히",
    close: "닫기",
    link: "연결",
    state: "상태",
    transport: "전송 방식",
    nodes_degraded: "지금 서버들이 서로의 소식을 늦게 받고 있어요. 메시지는 1~2초 안에 도착하지만, 접속 상태와 입력 중 표시는 실제와 다를 수 있어요.",
    websocket_works: "이 네트워크에서는 WebSocket이 잘 돼요.",
    websocket_fails: |failure| match failure {
        WebSocketFailure::Silent => {
            "WebSocket에 응답이 없어요. 프록시 때문일 수 있어요. 조금 느리지만 폴링으로 똑같이 쓸 수 있고, WebSocket은 가끔 다시 시도해요."
        }
        WebSocketFailure::Broken => {
            "WebSocket이 열렸다가 끊겨요. 프록시 때문일 수 있어요. 조금 느리지만 폴링으로 똑같이 쓸 수 있고, WebSocket은 가끔 다시 시도해요."
        }
        _ => {
            "WebSocket이 거부돼요. 프록시 때문일 수 있어요. 조금 느리지만 폴링으로 똑같이 쓸 수 있고, WebSocket은 가끔 다시 시도해요."
        }
    },
    round_trip: "왕복 시간",
    recovered: "바로 복구됨",
    yes: "예",
    no: "아니요",
    none_yet: "–",
    database: "기록",
    epoch: "에포크",
    cursor: "커서",
    head: "최신 번호",
    held: "빈 번호로 보류 중",
    outbox: "보낼 메시지함",
    outbox_empty: "보내기를 기다리는 메시지가 없어요.",
    tries: |n| format!("{n}번 시도"),
    this_tab_sends: "이 탭이 브라우저의 모든 탭을 대신해 보내요.",
    another_tab_sends: "브라우저의 다른 탭이 대신 보내요.",
    storage_fails: "지금은 이 기기에 저장할 수 없어요. 메시지는 보내지만, 새로고침하면 보내지 못한 메시지가 사라져요.",
    person: "나",
    change_person: "다른 닉네임 쓰기",

    faults: &phrases::KOREAN,
};
