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
    /// The proof, if the program may use long-polling.
    #[inline(always)]
    pub(super) fn wanted() -> Option<Self> {
        #[cfg(any(feature = "polling", feature = "machine"))]
        return crate::demand::polling::is_wanted().then_some(Self(()));
        #[cfg(not(any(feature = "polling", feature = "machine")))]
        return None;
    }

    /// Whether the program may use long-polling.
    #[inline(always)]
    pub(super) fn is_wanted() -> bool {
        Self::wanted().is_some()
    }

    /// Whether a transport is long-polling.
    #[inline(always)]
    pub(super) fn is(transport: Transport) -> bool {
        Self::is_wanted() && transport == Transport::Polling
    }
}
