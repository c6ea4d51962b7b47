//! The lab over HTTP: the page's files, and requests to networks as JSON.
//!
//! | request | answer |
//! |---|---|
//! | `GET /`, `/lab.css`, … | the page |
//! | `GET /api/about` | whether there is a class, the code of the only network if not, and all lessons |
//! | `POST /api/open` `{"text" or "lesson", "stage", "code"}` | a network, or the one behind `code` anew: its code |
//! | `POST /api/CODE/ask` [`Ask`] | its [`Answer`](crate::lab::Answer) |
//! | `GET /api/CODE/changes` | an event for each change, by whichever page (server-sent events) |
//! | `GET /api/CODE/capture` | the packets so far, as pcapng |
//! | `GET /api/CODE/recording` | the page as one file that replays what was seen so far |

use super::guard::{is_foreign, is_welcome};
use super::pages::{HEADERS, PARTS};
use super::recorded;
use super::sessions::{NoSession, SHARED, Sessions, Slot};
use crate::lab::{Ask, Failure, Opened, lessons};
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::{StreamExt, stream};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// The most bytes of a request.
const REQUEST_MAX: usize = 2 << 20;
/// So many are heard out, for who is cut short does not read why; the rest is thrown away.
const HEARD_MAX: usize = 64 << 20;

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
        .route("/api/{code}/capture", get(capture))
        .route("/api/{code}/recording", get(recording))
        .fallback(|| async { failed(StatusCode::NOT_FOUND, "there is nothing here") })
        .layer(from_fn_with_state(address, guarded))
        .with_state(Arc::new(sessions))
}

/// Refuses who may not ask, and says to browsers what holds for every answer.
async fn guarded(State(address): State<SocketAddr>, request: Request, next: Next) -> Response {
    let (headers, path) = (request.headers(), request.uri().path());
    let mut response = match is_welcome(headers, address) && !is_foreign(headers, path) {
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
    /// Of the lesson: where to begin.
    stage: Option<String>,
}

/// A request as JSON, or why not.
async fn read<T: DeserializeOwned>(body: Body) -> Result<T, Response> {
    let (mut pieces, mut held, mut length) = (body.into_data_stream(), Vec::new(), 0);
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|wrong| failed(StatusCode::BAD_REQUEST, &wrong.to_string()))?;
        length += piece.len();
        if length > HEARD_MAX {
            break;
        }
        match length <= REQUEST_MAX {
            true => held.extend_from_slice(&piece),
            false => held = Vec::new(),
        }
    }
    if length > REQUEST_MAX {
        return Err(failed(StatusCode::PAYLOAD_TOO_LARGE, "a request has at most 2 MiB"));
    }
    serde_json::from_slice(&held).map_err(|wrong| failed(StatusCode::BAD_REQUEST, &wrong.to_string()))
}

async fn open(State(sessions): State<Arc<Sessions>>, body: Body) -> Response {
    let open: Open = match read(body).await {
        Ok(open) => open,
        Err(why) => return why,
    };
    let code = open.code.clone();
    let opened = match Opened::asked(open.text, open.lesson.as_deref(), open.stage.as_deref()) {
        Ok(opened) => opened,
        Err(why) => return failed(StatusCode::BAD_REQUEST, why),
    };
    answered(move || match sessions.open(code.as_deref(), opened) {
        Ok(code) => Json(json!({ "code": code, "failure": null })).into_response(),
        Err(NoSession::Full(most)) => {
            failed(StatusCode::SERVICE_UNAVAILABLE, &format!("the class is full: it has {most} networks"))
        }
        Err(NoSession::Failed(failure)) => told(StatusCode::UNPROCESSABLE_ENTITY, &failure),
    })
    .await
}

async fn ask(State(sessions): State<Arc<Sessions>>, Path(code): Path<String>, body: Body) -> Response {
    let Some(slot) = sessions.find(&code) else { return unknown() };
    let ask: Ask = match read(body).await {
        Ok(ask) => ask,
        Err(why) => return why,
    };
    let turn = slot.turn().await;
    answered(move || {
        let _turn = turn;
        Json(slot.answer(&ask)).into_response()
    })
    .await
}

async fn capture(sessions: State<Arc<Sessions>>, code: Path<String>) -> Response {
    file(sessions, code, "application/octet-stream", |slot| slot.look(|session| session.capture())).await
}

async fn recording(sessions: State<Arc<Sessions>>, code: Path<String>) -> Response {
    let page = |slot: &Slot| recorded::page(&mut slot.look(|session| session.recording())?);
    file(sessions, code, "text/html; charset=utf-8", page).await
}

/// A file to take away: its kind is not the browser's to guess, and it is not shown here.
async fn file<T: IntoResponse>(
    State(sessions): State<Arc<Sessions>>,
    Path(code): Path<String>,
    kind: &'static str,
    make: impl FnOnce(&Slot) -> Result<T, Failure> + Send + 'static,
) -> Response {
    let Some(slot) = sessions.find(&code) else { return unknown() };
    let headers = [(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, "attachment")];
    let turn = slot.turn().await;
    answered(move || {
        let _turn = turn;
        match make(&slot) {
            Ok(made) => (headers, made).into_response(),
            Err(failure) => told(StatusCode::UNPROCESSABLE_ENTITY, &failure),
        }
    })
    .await
}

/// An answer that takes its time. Whoever asks for what makes it fail is told so, and nobody else notices.
async fn answered(make: impl FnOnce() -> Response + Send + 'static) -> Response {
    tokio::task::spawn_blocking(make).await.unwrap_or_else(|_| {
        failed(StatusCode::INTERNAL_SERVER_ERROR, "this is a bug in vpcsim; the network is at its beginning again")
    })
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

fn failed(status: StatusCode, why: &str) -> Response {
    told(status, &Failure::Unknown(why.into()))
}

fn told(status: StatusCode, failure: &Failure) -> Response {
    (status, Json(json!({ "failure": failure.json() }))).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_bug_is_told_and_ends_nothing() {
        assert_eq!(answered(|| panic!("a bug")).await.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(answered(|| Json(1).into_response()).await.status(), StatusCode::OK);
    }
}
