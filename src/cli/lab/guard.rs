//! Who may ask: pages of this very address. A page of another origin may make a browser send requests here, and a name
//! that somebody else's server answers for may be pointed here; both are refused before anything looks at the request.

use axum::http::{HeaderMap, HeaderValue, header};
use std::net::SocketAddr;

/// Whether a request is for this address, by its `Host`, and from no foreign page, by its `Origin`.
pub(super) fn is_welcome(headers: &HeaderMap, address: SocketAddr) -> bool {
    let one = |name| {
        let mut values = headers.get_all(name).iter();
        (values.next().map(|value| value.to_str().unwrap_or("")), values.next().is_none())
    };
    let (host, is_single_host) = one(header::HOST);
    let (origin, is_single_origin) = one(header::ORIGIN);
    let is_ours = |host: &str| {
        let [own, local] = [address.to_string(), format!("localhost:{}", address.port())];
        // Without a port, it is that of HTTP.
        let whole = if host.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok()) {
            host.to_ascii_lowercase()
        } else {
            format!("{}:80", host.to_ascii_lowercase())
        };
        whole == own || whole == local
    };
    let is_own_page = |origin: &str| origin.strip_prefix("http://").is_some_and(is_ours);
    is_single_host && is_single_origin && host.is_some_and(is_ours) && origin.is_none_or(is_own_page)
}

/// Whether a browser says that another site's page sends the request, by `Sec-Fetch-Site`: without an `Origin`, as for
/// a picture. To follow a link to the page itself is welcome.
pub(super) fn is_foreign(headers: &HeaderMap, path: &str) -> bool {
    let of_others = |value: &HeaderValue| !matches!(value.as_bytes(), b"same-origin" | b"none");
    path != "/" && headers.get_all("sec-fetch-site").iter().any(of_others)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_sites_picture_is_not_made() {
        let foreign = |site: &'static str, path| {
            let mut headers = HeaderMap::new();
            headers.append("sec-fetch-site", HeaderValue::from_static(site));
            is_foreign(&headers, path)
        };
        assert!(foreign("cross-site", "/api/lab/recording") && foreign("same-site", "/lab.js"));
        assert!(!foreign("cross-site", "/") && !foreign("same-origin", "/api/about") && !foreign("none", "/lab.js"));
        assert!(!is_foreign(&HeaderMap::new(), "/api/about"));
    }

    #[test]
    fn only_pages_of_this_address_may_ask() {
        let address: SocketAddr = "127.0.0.1:8080".parse().expect("an address");
        let asked = |host: &[&str], origin: &[&str]| {
            let mut headers = HeaderMap::new();
            for (name, values) in [(header::HOST, host), (header::ORIGIN, origin)] {
                for value in values {
                    headers.append(&name, HeaderValue::from_str(value).expect("a value"));
                }
            }
            is_welcome(&headers, address)
        };
        for host in ["127.0.0.1:8080", "localhost:8080", "LOCALHOST:8080"] {
            assert!(asked(&[host], &[]) && asked(&[host], &["http://localhost:8080"]), "{host}");
        }
        for host in ["", "127.0.0.1", "localhost", "localhost:80", "evil.example:8080", "127.0.0.1:8080.evil.example"] {
            assert!(!asked(&[host], &[]), "{host}");
        }
        for origin in
            ["null", "", "http://evil.example", "https://localhost:8080", "http://localhost:8081", "localhost:8080"]
        {
            assert!(!asked(&["localhost:8080"], &[origin]), "{origin}");
        }
        assert!(!asked(&[], &[]) && !asked(&["localhost:8080", "localhost:8080"], &[]));
        assert!(!asked(&["localhost:8080"], &["http://localhost:8080", "http://evil.example"]));
        let on_80 = |host: &str| {
            let mut headers = HeaderMap::new();
            headers.append(header::HOST, HeaderValue::from_str(host).expect("a value"));
            is_welcome(&headers, "127.0.0.1:80".parse().expect("an address"))
        };
        assert!(on_80("localhost") && on_80("127.0.0.1:80") && !on_80("localhost:8080"));
    }
}
