//! The lab over HTTP: the page's files, and requests to networks as JSON.
//!
//! | request | answer |
//! |---|---|
//! | `GET /`, `/lab.css`, … | the page |
//! | `GET /api/about` | whether there is a class, the code of the only network if not, and all lessons |
//! | `POST /api/open` `{"text" or "lesson", "code"}` | opens a network, or the one behind `code` anew: its code |
//! | `POST /api/CODE/ask` [`Ask`] | its [`Answer`](crate::lab::Answer) |
//! | `GET /api/CODE/changes` | an event for each change, by whichever page (server-sent events) |

use super::guard::is_welcome;
use super::pages::{HEADERS, PARTS};
use super::sessions::{NoSession, SHARED, Sessions};
use crate::lab::{Ask, Failure, Opened, lessons};
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::stream;
use serde::Deserialize;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// The most bytes of a request.
const REQUEST_MAX: usize = 2 << 20;

/// Serves until the lab has `ended`, and then whoever is being answered.
pub(super) async fn serve(
    listener: TcpListener,
    address: SocketAddr,
    sessions: Sessions,
    mut ended: watch::Receiver<bool>,
) -> io::Result<()> {
    let over = async move {
        // Without a sender it has ended too.
        let _ = ended.wait_for(|is_over| *is_over).await;
    };
    axum::serve(listener, router(address, sessions)).with_graceful_shutdown(over).await
}

fn router(address: SocketAddr, sessions: Sessions) -> Router {
    let mut router = Router::new();
    for part in PARTS {
        router = router.route(part.path, get(|| async { ([(header::CONTENT_TYPE, part.kind)], part.text) }));
    }
    router
        .route("/api/about", get(about))
        .route("/api/open", post(open))
        .route("/api/{code}/ask", post(ask))
        .route("/api/{code}/changes", get(changes))
        .fallback(|| async { failed(StatusCode::NOT_FOUND, "there is nothing here") })
        .layer(DefaultBodyLimit::max(REQUEST_MAX))
        .layer(from_fn_with_state(address, guarded))
        .with_state(Arc::new(sessions))
}

/// Refuses who may not ask, and says to browsers what holds for every answer.
async fn guarded(State(address): State<SocketAddr>, request: Request, next: Next) -> Response {
    let mut response = match is_welcome(request.headers(), address) {
        true => next.run(request).await,
        false => failed(StatusCode::FORBIDDEN, "only pages of this address are answered"),
    };
    response.headers_mut().extend(HEADERS);
    response
}

async fn about(State(sessions): State<Arc<Sessions>>) -> Json<Value> {
    let code = (!sessions.is_class()).then_some(SHARED);
    let version = env!("CARGO_PKG_VERSION");
    Json(json!({ "class": sessions.is_class(), "code": code, "version": version, "lessons": lessons() }))
}

/// What to open.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Open {
    /// The network that is begun anew, if there is it.
    code: Option<String>,
    /// The scenario, or the name of a lesson; what the lab began with if there is neither.
    text: Option<String>,
    lesson: Option<String>,
}

async fn open(State(sessions): State<Arc<Sessions>>, body: Bytes) -> Response {
    let open: Open = match serde_json::from_slice(&body) {
        Ok(open) => open,
        Err(wrong) => return failed(StatusCode::BAD_REQUEST, &wrong.to_string()),
    };
    let opened = match (open.lesson, open.text) {
        (Some(name), None) => match Opened::lesson(&name) {
            Some(lesson) => Some(lesson),
            None => return failed(StatusCode::NOT_FOUND, "there is no such lesson"),
        },
        (None, text) => text.map(|text| Opened { file: "scenario.toml".into(), text }),
        (Some(_), Some(_)) => return failed(StatusCode::BAD_REQUEST, "either a text or a lesson"),
    };
    let opened = tokio::task::spawn_blocking(move || sessions.open(open.code.as_deref(), opened)).await;
    match opened {
        Ok(Ok(code)) => Json(json!({ "code": code, "failure": null })).into_response(),
        Ok(Err(NoSession::Full(most))) => {
            failed(StatusCode::SERVICE_UNAVAILABLE, &format!("the class is full: it has {most} networks"))
        }
        Ok(Err(NoSession::Failed(failure))) => told(StatusCode::UNPROCESSABLE_ENTITY, &failure),
        Err(_) => bug(),
    }
}

async fn ask(State(sessions): State<Arc<Sessions>>, Path(code): Path<String>, body: Bytes) -> Response {
    let Some(slot) = sessions.find(&code) else { return unknown() };
    let ask: Ask = match serde_json::from_slice(&body) {
        Ok(ask) => ask,
        Err(wrong) => return failed(StatusCode::BAD_REQUEST, &wrong.to_string()),
    };
    let answered = tokio::task::spawn_blocking(move || serde_json::to_vec(&slot.answer(&ask))).await;
    match answered {
        Ok(Ok(json)) => ([(header::CONTENT_TYPE, "application/json")], json).into_response(),
        Ok(Err(_)) | Err(_) => bug(),
    }
}

async fn changes(State(sessions): State<Arc<Sessions>>, Path(code): Path<String>) -> Response {
    let Some(slot) = sessions.find(&code) else { return unknown() };
    let told = |mut changes: watch::Receiver<u64>| async move {
        changes.changed().await.ok()?;
        let count = *changes.borrow_and_update();
        Some((Ok::<_, Infallible>(Event::default().data(count.to_string())), changes))
    };
    Sse::new(stream::unfold(slot.changes(), told)).keep_alive(KeepAlive::default()).into_response()
}

fn unknown() -> Response {
    failed(StatusCode::NOT_FOUND, "there is no network behind this code: open one")
}

fn bug() -> Response {
    failed(StatusCode::INTERNAL_SERVER_ERROR, "this is a bug in vpcsim; nothing was changed")
}

fn failed(status: StatusCode, why: &str) -> Response {
    told(status, &Failure::Unknown(why.into()))
}

fn told(status: StatusCode, failure: &Failure) -> Response {
    (status, Json(json!({ "failure": failure.json() }))).into_response()
}
