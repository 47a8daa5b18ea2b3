//! Drafts of several tabs in one storage.

use std::cell::RefCell;
use std::rc::Rc;

use super::*;

/// Storage shared by two tabs.
#[derive(Clone, Default)]
struct Shared(Rc<RefCell<BTreeMap<String, String>>>, Rc<RefCell<bool>>);

impl KeyValue for Shared {
    fn get(&self, key: &str) -> Option<String> {
        self.0.borrow().get(key).cloned()
    }
    fn set(&mut self, key: &str, text: &str) -> bool {
        let full = *self.1.borrow();
        if !full {
            self.0.borrow_mut().insert(key.to_owned(), text.to_owned());
        }
        !full
    }
    fn remove(&mut self, key: &str) {
        self.0.borrow_mut().remove(key);
    }
    fn keys(&self) -> Vec<String> {
        self.0.borrow().keys().cloned().collect()
    }
}

fn uuid(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn author(n: u128) -> DraftAuthor {
    DraftAuthor {
        me: Person {
            id: UserId(uuid(n)),
            name: format!("person {n}"),
        },
        epoch: Epoch(uuid(0xE)),
    }
}

fn place(n: u128) -> DraftPlace {
    DraftPlace {
        room: RoomId(uuid(n)),
        public_name: String::new(),
    }
}

fn says(text: &str) -> Draft {
    Draft {
        text: text.to_owned(),
        ..Draft::default()
    }
}

#[test]
fn fault_f04_a_draft_is_one_persons_and_nobody_elses() {
    let shared = Shared::default();
    let mut ann = Drafts::new(shared.clone(), "a");
    ann.keep(&author(1), &place(1), &says("about my salary"), 1);
    let mut ben = Drafts::new(shared.clone(), "a");
    assert_eq!(ben.open(&author(2), &place(1)), Draft::default());
    assert_eq!(
        ben.words(),
        [UnsentWords {
            by: author(1).me,
            drafts: 1
        }]
    );
    assert_eq!(ben.words_of(&author(2)), []);
    let mut again = Drafts::new(shared.clone(), "b");
    assert_eq!(again.open(&author(1), &place(1)), says("about my salary"));
    again.clear();
    assert!(shared.keys().is_empty(), "nothing is left of it");
    assert_eq!(again.open(&author(1), &place(1)), Draft::default());
}

#[test]
fn fault_f01_what_was_written_in_one_room_is_shown_in_no_other() {
    let mut drafts = Drafts::new(Shared::default(), "a");
    drafts.keep(&author(1), &place(1), &says("in private"), 1);
    assert_eq!(drafts.open(&author(1), &place(2)), Draft::default());
    assert_eq!(drafts.open(&author(1), &place(1)), says("in private"));
}

#[test]
fn fault_f22_a_send_in_one_tab_leaves_the_others_draft_alone() {
    let shared = Shared::default();
    let (mut one, mut two) = (Drafts::new(shared.clone(), "1"), Drafts::new(shared.clone(), "2"));
    assert_eq!(one.open(&author(1), &place(1)), Draft::default());
    assert_eq!(two.open(&author(1), &place(1)), Draft::default());
    two.keep(&author(1), &place(1), &says("a long letter"), 1);
    one.keep(&author(1), &place(1), &says("hi"), 2);
    one.sent(&author(1), &place(1), "hi", &Draft::default(), 3);
    // The second tab is reloaded, under its name or as another tab.
    for tab in ["2", "3"] {
        let mut again = Drafts::new(shared.clone(), tab);
        assert_eq!(again.open(&author(1), &place(1)), says("a long letter"), "{tab}");
    }
}

#[test]
fn fault_f22_another_text_sent_where_the_others_draft_was_shown_leaves_it_alone() {
    let shared = Shared::default();
    let mut two = Drafts::new(shared.clone(), "2");
    two.keep(&author(1), &place(1), &says("a long letter"), 1);
    let mut one = Drafts::new(shared.clone(), "1");
    assert_eq!(one.open(&author(1), &place(1)), says("a long letter"));
    one.keep(&author(1), &place(1), &says("hi"), 2);
    one.sent(&author(1), &place(1), "hi", &Draft::default(), 3);
    let mut again = Drafts::new(shared, "2");
    assert_eq!(again.open(&author(1), &place(1)), says("a long letter"));
}

#[test]
fn fault_f22_a_send_clears_the_draft_it_sent_in_every_tab() {
    let shared = Shared::default();
    let mut two = Drafts::new(shared.clone(), "2");
    two.keep(&author(1), &place(1), &says("a letter"), 1);
    let mut one = Drafts::new(shared.clone(), "1");
    assert_eq!(one.open(&author(1), &place(1)), says("a letter"));
    one.keep(&author(1), &place(1), &says("a letter, and more"), 2);
    one.sent(&author(1), &place(1), "a letter, and more", &Draft::default(), 3);
    let key = key(author(1).me.id, place(1).room, "2");
    assert_eq!(
        two.changed(&author(1), &place(1), &key, 4),
        Some(Draft::default())
    );
    assert!(shared.keys().is_empty());

    // If that tab is gone, no tab shows the draft any more.
    two.keep(&author(1), &place(1), &says("a letter"), 5);
    let mut one = Drafts::new(shared.clone(), "1");
    assert_eq!(one.open(&author(1), &place(1)), says("a letter"));
    one.sent(&author(1), &place(1), "a letter", &Draft::default(), 6);
    for tab in ["2", "3"] {
        let mut again = Drafts::new(shared.clone(), tab);
        assert_eq!(again.open(&author(1), &place(1)), Draft::default());
    }
}

#[test]
fn a_draft_sent_in_another_tab_does_not_come_back_where_its_room_was_not_open() {
    let shared = Shared::default();
    let mut two = Drafts::new(shared.clone(), "2");
    two.keep(&author(1), &place(1), &says("lunch at noon?"), 1);
    assert_eq!(two.open(&author(1), &place(2)), Draft::default());
    let mut three = Drafts::new(shared.clone(), "3");
    assert_eq!(three.open(&author(1), &place(1)), says("lunch at noon?"));
    let mut one = Drafts::new(shared.clone(), "1");
    assert_eq!(one.open(&author(1), &place(1)), says("lunch at noon?"));
    one.sent(&author(1), &place(1), "lunch at noon?", &Draft::default(), 2);
    // Neither where it was written, nor where it was only shown.
    assert_eq!(three.open(&author(1), &place(1)), Draft::default());
    assert_eq!(two.open(&author(1), &place(1)), Draft::default());
    assert!(shared.keys().is_empty(), "the mark is gone with the draft");
}

#[test]
fn a_draft_that_storage_refused_outlives_the_sending_of_its_earlier_text() {
    let shared = Shared::default();
    let mut two = Drafts::new(shared.clone(), "2");
    two.keep(&author(1), &place(1), &says("a letter"), 1);
    let mut one = Drafts::new(shared.clone(), "1");
    assert_eq!(one.open(&author(1), &place(1)), says("a letter"));
    *shared.1.borrow_mut() = true;
    two.keep(&author(1), &place(1), &says("a letter, and more"), 2);
    *shared.1.borrow_mut() = false;
    one.sent(&author(1), &place(1), "a letter", &Draft::default(), 3);
    assert_eq!(two.open(&author(1), &place(1)), says("a letter, and more"));
}

#[test]
fn fault_f22_a_draft_emptied_in_one_tab_stays_in_the_one_that_shows_it() {
    let shared = Shared::default();
    let mut two = Drafts::new(shared.clone(), "2");
    two.keep(&author(1), &place(1), &says("a letter"), 1);
    let mut one = Drafts::new(shared.clone(), "1");
    assert_eq!(one.open(&author(1), &place(1)), says("a letter"));
    one.keep(&author(1), &place(1), &Draft::default(), 2);
    assert!(shared.keys().is_empty());
    let key = key(author(1).me.id, place(1).room, "2");
    assert_eq!(two.changed(&author(1), &place(1), &key, 3), None);
    assert_eq!(shared.keys(), [key]);
}

#[test]
fn a_tab_without_storage_keeps_its_drafts_and_reports_them_unstored() {
    let shared = Shared::default();
    *shared.1.borrow_mut() = true;
    let mut drafts = Drafts::new(shared, "1");
    drafts.keep(&author(1), &place(1), &says("hi"), 1);
    drafts.keep(&author(1), &place(2), &Draft::default(), 1);
    assert_eq!(drafts.open(&author(1), &place(1)), says("hi"));
    assert!(drafts.is_unkept());
    drafts.sent(&author(1), &place(1), "hi", &Draft::default(), 2);
    assert!(!drafts.is_unkept());
}

#[test]
fn in_another_epoch_a_draft_is_found_by_person_and_public_room() {
    let shared = Shared::default();
    let general = DraftPlace {
        public_name: "general".into(),
        ..place(1)
    };
    let mut before = Drafts::new(shared.clone(), "1");
    let mut reply = says("hi all");
    reply.begin_reply(4);
    before.keep(&author(1), &general, &reply, 1);
    before.keep(&author(1), &place(2), &says("in private"), 1);
    let new_author = DraftAuthor {
        me: Person {
            id: UserId(uuid(99)),
            ..author(1).me
        },
        epoch: Epoch(uuid(0xF)),
    };
    let mut after = Drafts::new(shared, "1");
    let found = after.open(
        &new_author,
        &DraftPlace {
            room: RoomId(uuid(50)),
            ..general
        },
    );
    assert_eq!(found, says("hi all"));
    let private = DraftPlace {
        room: RoomId(uuid(51)),
        public_name: String::new(),
    };
    assert_eq!(after.open(&new_author, &private), Draft::default());
}

#[test]
fn drafts_of_an_earlier_version_are_taken_over_once() {
    let mut shared = Shared::default();
    let room = place(1).room;
    shared.set(&format!("{PREFIX}{room}"), "from before");
    let mut drafts = Drafts::new(shared.clone(), "1");
    drafts.assign_nameless(&author(1), 1);
    assert_eq!(drafts.open(&author(1), &place(1)), says("from before"));
    assert_eq!(shared.keys().len(), 1);
}

#[test]
fn a_draft_in_another_versions_format_keeps_its_text() {
    let mut shared = Shared::default();
    let record = key(author(1).me.id, place(1).room, "later");
    for (written, words) in [
        (
            r#"{"draft":{"text":"hi","reply_to":{"thread":4}},"by":{"name":"person 1"},"at":"noon"}"#,
            "hi",
        ),
        (
            r#"{"draft":{"text":"hi","edit":{"of":"poll","text":"ho"}}}"#,
            "hi\nho",
        ),
        (r#"{"draft":{"edit":{"text":"ho"}},"by":7}"#, "ho"),
    ] {
        shared.set(&record, written);
        let mut drafts = Drafts::new(shared.clone(), "1");
        assert_eq!(drafts.open(&author(1), &place(1)), says(words), "{written}");
        assert_eq!(drafts.words_of(&author(1)).len(), 1, "it counts as unsent");
        assert_eq!(
            Drafts::new(shared.clone(), "1").open(&author(2), &place(1)),
            Draft::default()
        );
    }
}

#[test]
fn a_record_without_readable_text_is_removed() {
    let mut shared = Shared::default();
    let record = key(author(1).me.id, place(1).room, "1");
    for written in [
        "",
        "{",
        "null",
        "7",
        r#"{"draft":{"text":7}}"#,
        "\u{0}",
        r#"{"draft":{"text":" "}}"#,
    ] {
        shared.set(&record, written);
        let mut drafts = Drafts::new(shared.clone(), "1");
        assert_eq!(drafts.open(&author(1), &place(1)), Draft::default(), "{written}");
        assert!(shared.keys().is_empty(), "{written}");
    }
}

#[test]
fn sent_marks_of_tabs_that_never_come_back_are_bounded() {
    let shared = Shared::default();
    for tab in 0..40 {
        let mut gone = Drafts::new(shared.clone(), format!("{tab:02}"));
        gone.keep(&author(1), &place(1), &says("hi"), 1);
        let mut here = Drafts::new(shared.clone(), "here");
        assert_eq!(here.open(&author(1), &place(1)), says("hi"));
        here.sent(&author(1), &place(1), "hi", &Draft::default(), 2);
    }
    assert_eq!(shared.keys().len(), RECORDS);
    assert_eq!(
        shared.get(&key(author(1).me.id, place(1).room, "39")).as_deref(),
        Some(SENT)
    );
}

#[test]
fn records_left_by_closed_tabs_are_bounded() {
    let shared = Shared::default();
    for tab in 0..100 {
        let mut drafts = Drafts::new(shared.clone(), tab.to_string());
        drafts.keep(&author(1), &place(1), &says(&format!("from {tab}")), tab);
    }
    assert_eq!(shared.keys().len(), RECORDS);
    let mut last = Drafts::new(shared, "new");
    assert_eq!(last.open(&author(1), &place(1)), says("from 99"));
}
