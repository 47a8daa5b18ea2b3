//! Attempts are counted by one clock, whoever makes them.

use std::time::Duration;

use steadfast_server::store::tries::TRIES_KEPT;
use steadfast_server::store::{Try, TryKey};
use steadfast_shared::Millis;

use super::Fixture;
use crate::support::database::conformance;

fn tried(what: &str, at_once: u32) -> Try {
    Try {
        key: TryKey::new("test", &[what.as_bytes()]),
        at_once,
        every: 1_000,
    }
}

async fn count(fixture: &Fixture, tries: &[Try], at: Millis) -> Result<(), Duration> {
    let wait = fixture.store.count_tries(tries, at).await.unwrap();
    wait.map_or(Ok(()), Err)
}

async fn so_many_at_once_and_then_one_every_so_often(fixture: Fixture) {
    let mina = [tried("Mina", 3)];
    for _ in 0..3 {
        assert_eq!(count(&fixture, &mina, 10_000).await, Ok(()));
    }
    let wait = count(&fixture, &mina, 10_000).await;
    assert_eq!(wait, Err(Duration::from_secs(1)));
    assert_eq!(
        count(&fixture, &mina, 10_400).await,
        Err(Duration::from_millis(600))
    );
    assert_eq!(count(&fixture, &mina, 11_000).await, Ok(()));
    assert!(
        count(&fixture, &mina, 11_000).await.is_err(),
        "one has come, and no more"
    );
    assert_eq!(count(&fixture, &[tried("Jun", 3)], 11_000).await, Ok(()));
    // After a pause all attempts are available again, and no more.
    for _ in 0..3 {
        assert_eq!(count(&fixture, &mina, 90_000).await, Ok(()));
    }
    assert!(count(&fixture, &mina, 90_000).await.is_err());
}

async fn who_is_out_of_tries_takes_none_from_what_comes_after(fixture: Fixture) {
    let (narrow, wide) = (tried("narrow", 1), tried("wide", 2));
    assert_eq!(count(&fixture, &[narrow, wide], 1_000).await, Ok(()));
    for _ in 0..5 {
        assert!(count(&fixture, &[narrow, wide], 1_000).await.is_err());
    }
    assert_eq!(
        count(&fixture, &[wide], 1_000).await,
        Ok(()),
        "one is left of the wide one"
    );
    assert!(count(&fixture, &[wide], 1_000).await.is_err());
}

async fn tries_at_the_same_moment_are_counted_once_each(fixture: Fixture) {
    let (mina, all) = ([tried("Mina", 5)], tried("all", 1_000));
    let counted = (0..20).map(|nth| {
        let (fixture, mina) = (&fixture, [mina[0], tried(&format!("{nth}"), 1), all]);
        async move { count(fixture, &mina, 1_000).await.is_ok() }
    });
    let counted = futures::future::join_all(counted).await;
    assert_eq!(counted.into_iter().filter(|counted| *counted).count(), 5);
}

async fn a_clock_that_goes_back_keeps_nobody_out(fixture: Fixture) {
    let mina = [tried("Mina", 2)];
    for _ in 0..2 {
        assert_eq!(count(&fixture, &mina, 3_600_000).await, Ok(()));
    }
    let wait = count(&fixture, &mina, 10_000).await;
    assert_eq!(wait, Err(Duration::from_secs(1)), "and not an hour");
    assert_eq!(count(&fixture, &mina, 11_000).await, Ok(()));
}

async fn what_counts_no_longer_is_forgotten_and_the_rest_is_bounded(fixture: Fixture) {
    let database = &fixture.database;
    let rows = TRIES_KEPT + 50;
    let numbers = match database.file() {
        Some(_) => format!(
            "with recursive n (n) as (select 1 union all select n + 1 from n where n < {rows})
             insert into tries (key, until) select cast(n as blob), 5000 + n from n"
        ),
        None => format!(
            "insert into tries (key, \"until\") select int8send(n), 5000 + n from generate_series(1, {rows}) as n"
        ),
    };
    database.run(&numbers).await;
    let mina = [tried("Mina", 2)];
    assert_eq!(count(&fixture, &mina, 1_000).await, Ok(()));
    fixture.store.prune_tries(1_500).await.unwrap();
    // Mina's count expires first, so it is deleted first.
    for _ in 0..2 {
        assert_eq!(count(&fixture, &mina, 1_000).await, Ok(()));
    }
    fixture.store.prune_tries(5_000 + rows).await.unwrap();
    for _ in 0..2 {
        assert_eq!(count(&fixture, &mina, 1_000).await, Ok(()));
    }
    assert!(count(&fixture, &mina, 1_000).await.is_err());
}

conformance!(
    so_many_at_once_and_then_one_every_so_often,
    who_is_out_of_tries_takes_none_from_what_comes_after,
    tries_at_the_same_moment_are_counted_once_each,
    a_clock_that_goes_back_keeps_nobody_out,
    what_counts_no_longer_is_forgotten_and_the_rest_is_bounded,
);
