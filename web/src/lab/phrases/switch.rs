//! The faults that can be injected.

use crate::lab::phrases::NamedPhrase;
use crate::language::Language;

pub struct SwitchPhrases {
    pub title: &'static str,
    pub intro: &'static str,
    pub test: &'static str,
    pub test_message: fn(u32) -> String,
    pub mend: &'static str,
    pub breaking: &'static str,
    pub cut: &'static str,
    pub cut_says: &'static str,
    pub refuse: NamedPhrase,
    pub half_open: NamedPhrase,
    pub swallow_acks: NamedPhrase,
    pub lose_entries: NamedPhrase,
    pub repeat: NamedPhrase,
    pub stall_storage: NamedPhrase,
    pub delay: NamedPhrase,
    pub no_delay: &'static str,
    pub each_way: fn(f64) -> String,
}

impl SwitchPhrases {
    pub fn of(language: Language) -> &'static Self {
        language.pick(&ENGLISH, &KOREAN)
    }
}

static ENGLISH: SwitchPhrases = SwitchPhrases {
    title: "Try to break it",
    intro: "Break something, write something, and watch it arrive anyway. Only this tab is affected, and only until you reload it.",
    test: "Send a test message",
    test_message: |n| format!("Test {n}"),
    mend: "Fix everything",
    breaking: "What is broken",
    cut: "Cut the link",
    cut_says: "Closes the connection once, as a tunnel would. It reconnects by itself, and fetches what was missed.",
    refuse: NamedPhrase {
        name: "Refuse connections",
        says: "Every attempt to connect fails, for as long as you like. No message is given up, however many attempts fail.",
    },
    half_open: NamedPhrase {
        name: "Half-open link",
        says: "Nothing gets through, although the connection looks open, as after a move from Wi-Fi to 4G. \
               After two unanswered requests the page reconnects.",
    },
    swallow_acks: NamedPhrase {
        name: "Swallow acknowledgements",
        says: "The server stores what you send, but its acknowledgement is lost. The page finds the message in the log, or sends it again.",
    },
    lose_entries: NamedPhrase {
        name: "Lose broadcasts",
        says: "Broadcasts of messages never arrive. The next number that does shows what is missing, and it is fetched.",
    },
    repeat: NamedPhrase {
        name: "Repeat everything",
        says: "Each message goes out twice, and each broadcast arrives twice. The id and the number make it count once.",
    },
    stall_storage: NamedPhrase {
        name: "Stall the storage",
        says: "This browser's storage (IndexedDB) does not answer. Messages stay at “saving”, and are sent anyway.",
    },
    delay: NamedPhrase {
        name: "Delay",
        says: "Everything takes longer each way; the order stays.",
    },
    no_delay: "none",
    each_way: |seconds| format!("{seconds} s each way"),
};

static KOREAN: SwitchPhrases = SwitchPhrases {
    title: "고장 내 보기",
    intro: "무언가를 고장 내고, 글을 쓰고, 그래도 도착하는 모습을 지켜보세요. 이 탭에만, 새로고침하기 전까지만 적용돼요.",
    test: "시험 메시지 보내기",
    test_message: |n| format!("시험 {n}"),
    mend: "모두 고치기",
    breaking: "고장 낼 것",
    cut: "연결 끊기",
    cut_says: "터널에 들어간 것처럼 연결을 한 번 끊어요. 저절로 돌아오고, 놓친 메시지를 가져와요.",
    refuse: NamedPhrase {
        name: "연결 거부",
        says: "원하는 동안 모든 연결 시도가 실패해요. 몇 번을 실패해도 메시지를 포기하지 않아요.",
    },
    half_open: NamedPhrase {
        name: "반쯤 열린 연결",
        says: "연결된 것처럼 보이지만 아무것도 오가지 않아요. Wi-Fi에서 4G로 옮겼을 때와 같아요. 요청 두 번에 답이 없으면 새로 연결해요.",
    },
    swallow_acks: NamedPhrase {
        name: "응답 삼키기",
        says: "서버는 메시지를 저장하지만 그 응답이 사라져요. 로그를 보고 알게 되거나, 다시 보내요.",
    },
    lose_entries: NamedPhrase {
        name: "소식 잃어버리기",
        says: "새 메시지 소식이 오지 않아요. 다음에 온 번호를 보면 무엇이 빠졌는지 알 수 있고, 빠진 것을 가져와요.",
    },
    repeat: NamedPhrase {
        name: "모두 두 번씩",
        says: "메시지는 두 번씩 나가고 소식은 두 번씩 와요. 아이디와 번호 덕분에 한 번만 인정돼요.",
    },
    stall_storage: NamedPhrase {
        name: "저장소 멈추기",
        says: "이 브라우저의 저장소(IndexedDB)가 대답하지 않아요. ‘저장 중’에 머물지만, 그래도 전송돼요.",
    },
    delay: NamedPhrase {
        name: "지연",
        says: "오가는 모든 것이 느려져요. 순서는 그대로예요.",
    },
    no_delay: "없음",
    each_way: |seconds| format!("편도 {seconds}초"),
};
