//! Whether this build has long-polling.

use super::Transport;

/// Proof that it has. Where it has none this is a type without a value, and so is every type that holds one: the compiler leaves the code for
/// it out.
#[derive(Clone, Copy, Debug)]
pub(super) struct LongPolling(
    #[cfg(any(feature = "polling", feature = "machine"))] (),
    #[cfg(not(any(feature = "polling", feature = "machine")))] std::convert::Infallible,
);

impl LongPolling {
    #[cfg(any(feature = "polling", feature = "machine"))]
    pub(super) const BUILT_IN: Option<Self> = Some(Self(()));

    #[cfg(not(any(feature = "polling", feature = "machine")))]
    pub(super) const BUILT_IN: Option<Self> = None;

    /// Whether a transport is that one.
    pub(super) fn is(transport: Transport) -> bool {
        Self::BUILT_IN.is_some() && transport == Transport::Polling
    }
}
