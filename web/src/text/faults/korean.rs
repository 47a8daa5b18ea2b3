//! Korean.

use super::{FaultPhrases, Named};

pub(in super::super) static PHRASES: FaultPhrases = FaultPhrases {
    title: "고장 내 보기",
    intro: "무언가를 고장 내고, 글을 쓰고, 그래도 도착하는 모습을 지켜보세요. 이 탭에만, 새로 고침하기 전까지만 적용돼요.",

    breaking: "고장 낼 것",
    cut: "연결 끊기",
    cut_says: "터널에 들어간 것처럼 연결을 한 번 끊어요. 저절로 돌아오고, 놓친 메시지를 가져와요.",
    refuse: Named {
        name: "연결 거부",
        says: "원하는 동안 모든 연결 시도가 실패해요. 몇 번을 실패해도 메시지를 포기하지 않아요.",
    },
    half_open: Named {
        name: "반쯤 열린 연결",
        says: "연결된 것처럼 보이지만 아무것도 오가지 않아요. Wi-Fi에서 4G로 옮겼을 때와 같아요. 요청 두 번에 답이 없으면 새로 연결해요.",
    },
    swallow_acks: Named {
        name: "응답 삼키기",
        says: "서버는 메시지를 저장하지만 그 응답이 사라져요. 로그를 보고 알게 되거나, 다시 보내요.",
    },
    lose_entries: Named {
        name: "알림 잃어버리기",
        says: "새 메시지 소식이 오지 않아요. 다음에 온 번호를 보면 무엇이 빠졌는지 알 수 있고, 빠진 것을 가져와요.",
    },
    repeat: Named {
        name: "모두 두 번씩",
        says: "메시지는 두 번씩 나가고 소식은 두 번씩 와요. 아이디와 번호 덕분에 한 번만 인정돼요.",
    },
    stall_storage: Named {
        name: "저장소 멈추기",
        says: "이 브라우저의 저장소(IndexedDB)가 대답하지 않아요. ‘저장 중’에 머물지만, 그래도 전송돼요.",
    },
    delay: Named {
        name: "지연",
        says: "오가는 모든 것이 느려져요. 순서는 그대로예요.",
    },
    no_delay: "없음",
    each_way: |seconds| format!("한쪽에 {seconds}초"),

    picture: "내 메시지가 있는 곳",
    outbox: "보낼 편지함",
    wire: "전송 중",
    log: "로그",
    inbox: "받은 편지함",
    waiting: "대기",
    link_up: "연결됨",
    link_opening: "여는 중",
    link_down: "끊김",
    link_deaf: "반쯤 열림",
    head: "마지막 번호",
    unknown_here: |n| format!("저장됐지만 여기서는 모름 {n}개"),
    cursor: "커서",
    held: |n| format!("빠진 번호 때문에 보류 {n}개"),
    room: "대화방",
    held_back: "보류",

    look_back: "되돌아보기",
    live: "실시간",
    ago: |seconds| format!("{seconds:.1}초 전"),
    back_to_live: "실시간으로",
    earlier: "이전",
    later: "다음",

    acted: "방금 작동한 것",
    nothing_acted: "아직 없어요. 무언가를 고장 내 보세요.",
    at_most_once: Named {
        name: "최대 한 번",
        says: "한 번만 보내고 다시 보내지 않아서 사라질 수 있어요. 단순한 브로드캐스트가 그래요.",
    },
    at_least_once: Named {
        name: "최소 한 번",
        says: "답이 올 때까지 다시 보내서 두 번 도착할 수 있어요.",
    },
    exactly_once: Named {
        name: "정확히 한 번",
        says: "답이 올 때까지 다시 보내고 아이디로 구별해요. 둘을 합친 것이에요.",
    },
    lost_broadcast: "소식 하나가 사라졌고, 아무도 다시 보내지 않아요.",
    retry: "답이 없어서 같은 메시지를 다시 보냈어요.",
    known_id: "서버가 아이디를 알아보고, 새로 저장하지 않고 원래 번호로 답했어요.",
    dropped_repeat: "이미 있는 메시지가 또 왔어요. 번호를 보고 버렸어요.",
    gap: "번호가 빠졌어요. 뒤의 것은 기다리고, 빠진 메시지를 요청해요.",
    healed: "빠진 곳이 채워져서 모두 순서대로 보여요.",
    once: "몇 번을 보냈든 로그에는 한 번만 있어요.",

    counters: "센 것",
    retries: "다시 보냄",
    acks_lost: "사라진 응답",
    known_to_server: "서버가 아이디로 알아봄",
    repeats: "여기서 버린 반복",
    entries_lost: "사라진 소식",
    gaps: "발견한 빈틈",
    gaps_healed: "채운 빈틈",

    journeys: "내 마지막 메시지",
    no_journey: "무언가를 써 보세요. 거치는 단계가 여기에 보여요.",
    step_typed: "입력",
    step_saved: "이 기기에 저장",
    step_not_saved: "저장 실패",
    step_tried: |n| format!("전송, {n}번째 시도"),
    step_tried_lost: |n| format!("{n}번째 시도, 가는 길에 사라짐"),
    step_copy: "한 번 더 전송",
    step_acked: |seq| format!("{seq}번으로 확인"),
    step_ack_lost: |seq| format!("{seq}번으로 저장, 응답은 사라짐"),
    step_unanswered: "제때 답이 없음",
    step_postponed: "기다려 달라는 답",
    step_rejected: "거부됨",
    step_came: "로그에서 돌아옴: 모두에게 전달",
    step_discarded: "버림",
    ended: "끝남",
};
