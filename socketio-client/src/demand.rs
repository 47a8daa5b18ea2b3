//! Parts of the client that only some programs use, each behind a flag that the function of the builder or handle sets that asks for it.
//!
//! In a page without threads a flag is a variable that a program without that call never sets. The linker's optimizer sees so, takes it
//! for `false`, and leaves out all that it guards: a page pays for what it uses.

#![cfg_attr(
    not(feature = "client"),
    allow(dead_code, reason = "some parts are the client's alone")
)]

macro_rules! parts {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        pub(crate) mod $name {
            #[cfg(all(target_family = "wasm", not(target_feature = "atomics")))]
            thread_local! {
                static WANTED: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
            }

            /// From now on this part is used.
            pub(crate) fn want() {
                #[cfg(all(target_family = "wasm", not(target_feature = "atomics")))]
                WANTED.set(true);
            }

            /// Whether this part may be used.
            #[inline(always)]
            pub(crate) fn is_wanted() -> bool {
                #[cfg(all(target_family = "wasm", not(target_feature = "atomics")))]
                return WANTED.get();
                #[cfg(not(all(target_family = "wasm", not(target_feature = "atomics"))))]
                return true;
            }
        }
    )*

        /// For those who drive the machine themselves.
        pub(crate) fn want_all() {
            $($name::want();)*
        }
    };
}

parts! {
    /// Long-polling, as transport or fallback.
    polling
    /// Events that are sent until they are acknowledged.
    retries
    /// Waits until everything is sent.
    departures
    /// Credentials that a function computes.
    computed_auth
    /// Events of the client itself, besides those of the server.
    own_events
    /// Credentials of one namespace.
    own_auth
    /// Streams of what is sent.
    sent
    /// Streams of what happens to the connection.
    engine_events
    /// Changes of the server's address, by a function.
    attempts
}
