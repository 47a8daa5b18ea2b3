//! Whether this build has long-polling.

use super::Transport;

/// Proof that this build has long-polling. Otherwise this type has no value, and neither has any type that contains it: the
/// compiler omits their code.
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

    /// Whether a transport is long-polling.
    pub(super) fn is(transport: Transport) -> bool {
        Self::BUILT_IN.is_some() && transport == Transport::Polling
    }
}
