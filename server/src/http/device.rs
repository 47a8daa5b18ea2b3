//! A person's devices: listing them, and signing one out from another.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header::USER_AGENT;
use axum::http::{HeaderMap, StatusCode};
use steadfast_shared::http::DeviceInfo;
use steadfast_shared::limit;

use super::caller::Caller;
use super::{HttpRefusal, HttpState, failed, unreadable_id};
use crate::store::SessionId;

/// The name of a device without a usable `User-Agent`.
const UNNAMED: &str = "Unknown device";

/// `GET /api/devices`: the caller's devices.
pub async fn list(
    State(shared): State<HttpState>,
    Caller(caller): Caller,
) -> Result<Json<Vec<DeviceInfo>>, HttpRefusal> {
    shared.realtime.note_seen(caller.session);
    let devices = shared.store.devices(caller.person.id).await.map_err(failed)?;
    let listed = devices.into_iter().map(|device| {
        let seen = shared.realtime.last_seen(caller.person.id, device.session);
        DeviceInfo {
            id: device.session,
            name: device.name,
            created_at: device.created_at,
            last_seen_at: seen.map_or(device.last_seen_at, |seen| seen.max(device.last_seen_at)),
            current: device.session == caller.session,
        }
    });
    Ok(Json(listed.collect()))
}

/// `DELETE /api/devices/{id}`: signs one of the caller's devices out and ends its connections.
///
/// Succeeds without effect if the caller has no such device, so a retry does no harm.
pub async fn revoke(
    State(shared): State<HttpState>,
    Caller(caller): Caller,
    id: Result<Path<SessionId>, PathRejection>,
) -> Result<StatusCode, HttpRefusal> {
    let Path(id) = id.map_err(|_| unreadable_id())?;
    if shared.store.revoke(caller.person.id, id).await.map_err(failed)? {
        shared.realtime.signed_out(id).await;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// The default name of a device: browser and system, or the program's own name.
pub(super) fn name_of(headers: &HeaderMap) -> String {
    let agent = headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok());
    agent.map_or_else(|| UNNAMED.to_owned(), described)
}

fn described(agent: &str) -> String {
    // Browsers also name each other in their header, so the first match in this order counts.
    const BROWSERS: [(&str, &str); 10] = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("Vivaldi/", "Vivaldi"),
        ("FxiOS/", "Firefox"),
        ("Firefox/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("Chromium/", "Chromium"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    const SYSTEMS: [(&str, &str); 7] = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("CrOS", "ChromeOS"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let find = |names: &[(&str, &'static str)]| {
        let found = names.iter().find(|(part, _)| agent.contains(part));
        found.map(|(_, name)| *name)
    };
    match (find(&BROWSERS), find(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        (None, _) => {
            let product = agent.split(['/', ' ', '(']).next().unwrap_or_default();
            let name: String = product
                .chars()
                .filter(|c| !c.is_control())
                .take(limit::DEVICE_NAME_CHARS)
                .collect();
            if name.is_empty() { UNNAMED.to_owned() } else { name }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_called_by_what_it_tells_of_itself() {
        for (agent, name) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
                "Chrome on Linux",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:145.0) Gecko/20100101 Firefox/145.0",
                "Firefox on macOS",
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36",
                "Samsung Internet on Android",
            ),
            ("curl/8.5.0", "curl"),
            ("node", "node"),
            ("", UNNAMED),
            ("/", UNNAMED),
        ] {
            assert_eq!(described(agent), name, "{agent}");
        }
        assert_eq!(described(&"x".repeat(9_000)).len(), limit::DEVICE_NAME_CHARS);
        assert_eq!(name_of(&HeaderMap::new()), UNNAMED);
    }
}
